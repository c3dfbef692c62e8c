/** Colours for a terminal, or none: whoever prints decides once, and everything below only names what a text is. */
import { styleText } from "node:util";

type Paint = (text: string) => string;

export interface Style {
  readonly title: Paint;
  readonly quiet: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly doubtful: Paint;
  readonly accent: Paint;
}

const plain: Paint = (text) => text;

export const plainStyle: Style = {
  title: plain,
  quiet: plain,
  good: plain,
  bad: plain,
  doubtful: plain,
  accent: plain,
};

const colourStyle: Style = {
  title: (text) => styleText("bold", text),
  quiet: (text) => styleText("dim", text),
  good: (text) => styleText("green", text),
  bad: (text) => styleText("red", text),
  doubtful: (text) => styleText("yellow", text),
  accent: (text) => styleText("cyan", text),
};

/** How a text is painted where colour is wanted or not. */
export function createStyle(colour: boolean): Style {
  return colour ? colourStyle : plainStyle;
}
