package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;
import java.util.Arrays;

/**
 * {@code classes}: what each frame was used for, as runs over all frames from 0. Does not change.
 *
 * <pre>
 *   B free   S slab   A anonymous   T huge anonymous   F file   P page table   U unevictable
 *   R reserved   N no page   O offline   Z zero page   C compound   K kernel, per-CPU list, other
 * </pre>
 */
public final class PageClasses {
  /** The letters that occur. */
  public static final String LETTERS = "BSAFTPURNOZCK";

  private final byte[] letters;
  private final int[] starts;
  private final int endPfn;
  private final Place place;

  private PageClasses(byte[] letters, int[] starts, int endPfn, Place place) {
    this.letters = letters;
    this.starts = starts;
    this.endPfn = endPfn;
    this.place = place;
  }

  /** Receives runs of frames of one class. */
  @FunctionalInterface
  public interface RunConsumer {
    /** Frames {@code [startPfn, endPfn)} are of the class. */
    void accept(char letter, int startPfn, int endPfn);
  }

  /** How many runs there are. */
  public int size() {
    return letters.length;
  }

  /** One past the last frame. */
  public int endPfn() {
    return endPfn;
  }

  /** The file. */
  public Place place() {
    return place;
  }

  /** The class of a run. */
  public char letter(int run) {
    return (char) letters[run];
  }

  /** First frame of a run. */
  public int start(int run) {
    return starts[run];
  }

  /** One past the last frame of a run. */
  public int end(int run) {
    return run + 1 < starts.length ? starts[run + 1] : endPfn;
  }

  /** Gives all runs in ascending order. */
  public void forEachRun(RunConsumer consumer) {
    for (int run = 0; run < letters.length; run++) {
      consumer.accept(letter(run), start(run), end(run));
    }
  }

  /** The class of a frame; 'N' for one that the file does not reach. */
  public char classOf(int pfn) {
    if (pfn < 0 || pfn >= endPfn) {
      return 'N';
    }
    return letter(runOf(pfn));
  }

  /** The run that holds a frame; the file must reach it. */
  public int runOf(int pfn) {
    int found = Arrays.binarySearch(starts, pfn);
    return found >= 0 ? found : -found - 2;
  }

  /** How many frames are of a class. */
  public long count(char letter) {
    long frames = 0;
    for (int run = 0; run < letters.length; run++) {
      frames += letter(run) == letter ? end(run) - start(run) : 0;
    }
    return frames;
  }

  /** Collects runs. */
  static final class Builder {
    private byte[] letters = new byte[1 << 10];
    private int[] starts = new int[1 << 10];
    private int size;
    private int endPfn;

    /** Adds a run of at least one frame. */
    void add(char letter, int frames) {
      if (size == letters.length) {
        letters = Arrays.copyOf(letters, 2 * size);
        starts = Arrays.copyOf(starts, 2 * size);
      }
      letters[size] = (byte) letter;
      starts[size++] = endPfn;
      endPfn += frames;
    }

    int endPfn() {
      return endPfn;
    }

    int size() {
      return size;
    }

    PageClasses build(Place place) {
      return new PageClasses(
          Arrays.copyOf(letters, size), Arrays.copyOf(starts, size), endPfn, place);
    }
  }
}
