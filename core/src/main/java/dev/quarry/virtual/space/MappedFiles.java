package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that areas show, by the handles that are in their objects, each with the number of
 * areas: {@code get_file()}, {@code fput()}.
 */
public final class MappedFiles {
  private static final int FIRST = 1;
  private static final int SMALLEST = 16;

  private final Map<FileMapping, Integer> handles = new IdentityHashMap<>();
  private FileMapping[] files = new FileMapping[SMALLEST];
  private int[] counts = new int[SMALLEST];

  MappedFiles() {}

  /** The file of a handle that an area has. */
  public synchronized FileMapping file(int handle) {
    FileMapping file = files[handle];
    if (file == null) {
      throw new IllegalStateException("handle " + handle + " is no file's");
    }
    return file;
  }

  /** The handle of a file for one more area. */
  synchronized int get(FileMapping file) {
    Integer known = handles.get(file);
    if (known != null) {
      counts[known]++;
      return known;
    }
    int handle = free();
    handles.put(file, handle);
    files[handle] = file;
    counts[handle] = 1;
    file.mapped();
    return handle;
  }

  private int free() {
    for (int i = FIRST; i < files.length; i++) {
      if (files[i] == null) {
        return i;
      }
    }
    int free = files.length;
    files = Arrays.copyOf(files, 2 * free);
    counts = Arrays.copyOf(counts, 2 * free);
    return free;
  }

  /** One more area shows the file of a handle; none is nobody's. */
  void get(int handle) {
    if (handle != VmAreaStruct.NO_FILE) {
      count(handle, 1);
    }
  }

  /** One area less shows the file of a handle. */
  void put(Cpu cpu, int handle) {
    FileMapping gone = handle == VmAreaStruct.NO_FILE ? null : count(handle, -1);
    if (gone != null) {
      gone.unmapped(cpu);
    }
  }

  /** Returns the file if no area shows it any more. */
  private synchronized @Nullable FileMapping count(int handle, int change) {
    counts[handle] += change;
    if (counts[handle] != 0) {
      return null;
    }
    FileMapping file = files[handle];
    handles.remove(file);
    files[handle] = null;
    return file;
  }

  /** How many areas show the file of a handle. */
  synchronized int count(int handle) {
    return handle < counts.length ? counts[handle] : 0;
  }

  /** The highest handle ever given. */
  synchronized int highest() {
    return files.length - 1;
  }
}
