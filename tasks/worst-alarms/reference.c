#include <stdint.h>

/*
 * What is worst in each second: the place of the most urgent of the codes that the sensors sent, in a list of alarms that begins with the most
 * urgent one, or the list's length where none of the codes is in it.
 */
void worst_alarms(const uint8_t *codes, int seconds, int sensors, const uint8_t *alarms, int alarm_count, int *worst) {
  for (int second = 0; second < seconds; second++) {
    worst[second] = alarm_count;
    for (int sensor = 0; sensor < sensors; sensor++) {
      for (int urgency = 0; urgency < alarm_count; urgency++) {
        if (alarms[urgency] == codes[second * sensors + sensor]) {
          if (urgency < worst[second]) {
            worst[second] = urgency;
          }
          break;
        }
      }
    }
  }
}
