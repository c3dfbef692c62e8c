#include <stdio.h>
#include <string.h>

struct stroke {
  int x;
  int y;
  int pen_down;
  int speed;
};

/* Writes the program that makes a plotter draw the strokes, a line each, and returns its length; a speed stays until the next is set. */
int plotter_program(const struct stroke *strokes, int count, char *program) {
  program[0] = '\0';
  for (int i = 0; i < count; i++) {
    strcat(program, strokes[i].pen_down ? "G1" : "G0");
    sprintf(program + strlen(program), " X%d Y%d", strokes[i].x, strokes[i].y);
    if (i == 0 || strokes[i].speed != strokes[i - 1].speed) {
      sprintf(program + strlen(program), " F%d", strokes[i].speed);
    }
    strcat(program, "\n");
  }
  return (int)strlen(program);
}
