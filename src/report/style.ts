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

// Newer Nodes look at stdout by themselves; whether colour is wanted has been decided, perhaps for stderr.
const paint =
  (format: Parameters<typeof styleText>[0]): Paint =>
  (text) =>
    styleText(format, text, { validateStream: false });

const colourStyle: Style = {
  title: paint("bold"),
  quiet: paint("dim"),
  good: paint("green"),
  bad: paint("red"),
  doubtful: paint("yellow"),
  accent: paint("cyan"),
};

/** How a text is painted where colour is wanted or not. */
export function createStyle(colour: boolean): Style {
  return colour ? colourStyle : plainStyle;
}
