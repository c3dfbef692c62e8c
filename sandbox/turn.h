/*
 * Turns at measuring, among all processes of one user that share a folder: first come, first served. A turn, and a place in the queue, end
 * with the process that has it, however that ends; who comes next clears away what it left.
 */
#ifndef LESSONBANK_TURN_H
#define LESSONBANK_TURN_H

enum turn { TURN_REFUSED, TURN_WAITING, TURN_HELD };

/*
 * Joins the queue in `folder`, which is made where it is not there, or looks again how far it has come. Refused, with `errno` set, where
 * the folder cannot be made, or is not this user's alone.
 */
enum turn turn_ask(const char *folder);
/* Ends the turn, or leaves the queue; the folder goes too when nobody else is in it. */
void turn_end(void);

#endif
