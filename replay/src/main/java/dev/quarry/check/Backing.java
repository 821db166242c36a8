package dev.quarry.check;

import dev.quarry.virtual.cache.CachedFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of the host, or shared memory, and what each of its pages must hold. One that all workers
 * share has a writer for each page, who alone knows what it holds.
 */
final class Backing {
  static final int EVERYBODY = -1;

  private final int number;
  private final int owner;
  private final int workers;
  private final CachedFile file;
  private final @Nullable Path path;
  private final long[] values;

  /** Whether a page holds its value or 0: a hole was made that may have failed on the way. */
  private final boolean[] loose;

  private int pages;

  int owner() {
    return owner;
  }

  Backing(int number, int owner, int workers, CachedFile file, @Nullable Path path, int pages) {
    this.number = number;
    this.owner = owner;
    this.workers = workers;
    this.file = file;
    this.path = path;
    this.values = new long[pages];
    this.loose = new boolean[pages];
    this.pages = pages;
  }

  int number() {
    return number;
  }

  CachedFile file() {
    return file;
  }

  /** Where the host has it; null: shared memory. */
  @Nullable Path path() {
    return path;
  }

  /** The most pages that it ever has. */
  int capacity() {
    return values.length;
  }

  /** Pages that it has now. */
  int pages() {
    return pages;
  }

  /** Whether one worker has all of it, and may shorten it. */
  boolean isOwned() {
    return owner != EVERYBODY;
  }

  /** Whether this worker writes a page, and knows what it holds. */
  boolean isWrittenBy(int worker, int page) {
    return owner == EVERYBODY ? page % workers == worker : owner == worker;
  }

  /** Whether a page holds exactly its value. */
  boolean isCertain(int worker, int page) {
    return isWrittenBy(worker, page) && !loose[page];
  }

  long value(int page) {
    return values[page];
  }

  /** Whether a page may hold this. */
  boolean allows(int worker, int page, long value) {
    if (isWrittenBy(worker, page)) {
      return value == values[page] || (loose[page] && value == 0);
    }
    return value == 0 || Stamp.isOf(value, number, page);
  }

  void store(int page, long value) {
    values[page] = value;
    loose[page] = false;
  }

  /** A page was written, or was not. */
  void hole(int page, boolean whole) {
    if (whole) {
      store(page, 0);
    } else {
      loose[page] = true;
    }
  }

  /** It has so many pages from now on; what is new is zeros. */
  void resize(int size) {
    for (int page = size; page < pages; page++) {
      store(page, 0);
    }
    pages = size;
  }
}
