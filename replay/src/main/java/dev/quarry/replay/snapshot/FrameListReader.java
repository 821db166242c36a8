package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.TokenReader;

/** Reads lists of hexadecimal frame numbers; the lists of one file share one allowance. */
final class FrameListReader {
  private final TokenReader in;
  private final Limits limits;
  private int left;

  FrameListReader(TokenReader in, Limits limits) {
    this.in = in;
    this.limits = limits;
    this.left = limits.frames();
  }

  /** The frames on the rest of the line. */
  FrameList read() {
    FrameList.Builder frames = new FrameList.Builder();
    while (in.hasMore()) {
      if (left-- == 0) {
        throw in.error(
            "the lists hold more entries than the machine has frames, " + limits.frames());
      }
      frames.add(in.hex("pfn", limits.lastPfn(), "the machine's last frame"));
    }
    return frames.build();
  }
}
