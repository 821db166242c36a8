package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.TokenReader;

/** Reads {@code classes}: a letter and a number of frames, again and again. */
final class PageClassesParser {
  /** The file goes to the end of RAM, a zone to the end of its last section. */
  private static final int SECTION_FRAMES = 1 << 15;

  private PageClassesParser() {}

  static PageClasses parse(TokenReader in, Limits limits) {
    PageClasses.Builder runs = new PageClasses.Builder();
    int end = (int) Math.min(Integer.MAX_VALUE, (long) limits.endPfn() + SECTION_FRAMES);
    while (in.nextLine()) {
      while (in.hasMore()) {
        char letter = in.letter("a class");
        if (PageClasses.LETTERS.indexOf(letter) < 0) {
          throw in.error(Quote.of(String.valueOf(letter)) + " is not a class of frames");
        }
        int frames = in.decimal("a number of frames", Integer.MAX_VALUE, "the largest,");
        if (frames == 0 || frames > end - runs.endPfn()) {
          throw in.error(
              "a run of "
                  + frames
                  + " frames from frame "
                  + runs.endPfn()
                  + " is empty or ends above the machine's last frame "
                  + limits.lastPfn());
        }
        runs.add(letter, frames);
        if (runs.size() > Limits.MOST_FRAMES) {
          throw in.error("there are more than " + Limits.MOST_FRAMES + " runs");
        }
      }
    }
    return runs.build(new Place(in.place().file(), Place.WHOLE_FILE));
  }
}
