package dev.quarry.replay.play;

import dev.quarry.machine.Cpu;
import dev.quarry.replay.recording.RequestEvents;

/** Puts a machine right after each of its answers, or lets it run freely. */
public interface FrameTeller {
  /** Lets the machine run freely. */
  FrameTeller NONE =
      new FrameTeller() {
        @Override
        public int settle(RequestEvents request, Cpu cpu, int pfn) {
          return pfn;
        }

        @Override
        public void beforeFree(int pfn, int order) {}
      };

  /**
   * An allocation was answered.
   *
   * @param pfn what the machine handed out, or {@link dev.quarry.physical.Pfn#NONE}
   * @return the frame that is to stand for the request's handle
   */
  int settle(RequestEvents request, Cpu cpu, int pfn);

  /** A block will be freed that the recording never allocated. */
  void beforeFree(int pfn, int order);
}
