package dev.quarry.cli.commands;

/** An allocator of contiguous pages that {@link FirstFitComparison} compares with another. */
interface PageSource {
  /**
   * Takes so many pages.
   *
   * @return the first, or {@link dev.quarry.physical.Pfn#NONE}
   */
  int allocate(int pages);

  /** Gives back what {@link #allocate} returned for so many pages. */
  void free(int first, int pages);

  /** What it did so far. */
  PageSourceWork work();

  /** The largest number of contiguous pages that it could still give. */
  int largestFree();

  /** Pages that are not given away. */
  long free();
}
