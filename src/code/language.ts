/** The languages that a task's source may be written in. */
export type Language = "c" | "c++";
