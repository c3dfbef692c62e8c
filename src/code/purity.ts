/** Which calls have no effect but their value. Decided together with the effects of code, on which it depends. */
export { isConstantMethod, isPureCall, isPureFunction, isRecursive } from "./effects.ts";
