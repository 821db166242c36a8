package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code kpageflags}, 8 bytes for each frame: the class of every frame, and the free blocks.
 * The kernel always joins buddies, so that a run of free frames falls into aligned blocks in one
 * way only:
 *
 * <pre>
 *   frames   5   6 7   8 . . 11   12        a free run of 8 frames from 5
 *   blocks  [0] [ 1 ] [   2    ] [0]        by order
 * </pre>
 */
final class FrameFlagsReader {
  private static final int BUFFER_BYTES = 1 << 20;

  private final String name;
  private final List<ZoneInfo.Zone> zones;
  private final int maxOrder;
  private final PageClasses.Builder classes = new PageClasses.Builder();
  private final Map<ZoneType, FrameList.Builder[]> blocks = new EnumMap<>(ZoneType.class);
  private char runLetter = 'N';
  private int runFrames;

  private FrameFlagsReader(String name, ZoneInfo zoneInfo, int maxOrder) {
    this.name = name;
    this.zones = zoneInfo.populated();
    this.maxOrder = maxOrder;
  }

  /**
   * Reads the file as far as the machine has frames.
   *
   * @throws RecordingException if it cannot be read, or ends in the middle of a frame
   */
  static Frames read(Path file, String name, ZoneInfo zoneInfo, int maxOrder) {
    FrameFlagsReader reader = new FrameFlagsReader(name, zoneInfo, maxOrder);
    try (SeekableByteChannel in = Files.newByteChannel(file)) {
      reader.words(in, zoneInfo.endPfn());
    } catch (IOException e) {
      throw new RecordingException(name, "cannot be read: " + e.getMessage());
    }
    reader.endRun();
    return new Frames(reader.classes.build(Place.of(name)), reader.freeBlocks());
  }

  private void words(SeekableByteChannel in, int endPfn) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder());
    int pfn = 0;
    long last = -1;
    char letter = FrameFlags.letter(last);
    while (pfn < endPfn && in.read(buffer) >= 0) {
      buffer.flip();
      for (; buffer.remaining() >= Long.BYTES && pfn < endPfn; pfn++) {
        long word = buffer.getLong();
        if (word != last) {
          last = word;
          letter = FrameFlags.letter(word);
        }
        add(letter);
      }
      buffer.compact();
    }
    if (pfn < endPfn && buffer.position() > 0) {
      throw new RecordingException(
          name, "ends with " + buffer.position() + " bytes of frame " + pfn + ", which has 8");
    }
  }

  private void add(char letter) {
    if (letter != runLetter) {
      endRun();
      runLetter = letter;
    }
    runFrames++;
  }

  private void endRun() {
    if (runFrames > 0) {
      int start = classes.endPfn();
      classes.add(runLetter, runFrames);
      if (runLetter == 'B') {
        free(start, start + runFrames);
      }
      runFrames = 0;
    }
  }

  /** Cuts a free run at the ends of zones, which no block crosses. */
  private void free(int start, int end) {
    for (ZoneInfo.Zone zone : zones) {
      int from = Math.max(start, zone.startPfn());
      int to = Math.min(end, zone.endPfn());
      while (from < to) {
        int order = Math.min(maxOrder, Integer.numberOfTrailingZeros(from));
        while (from + (1L << order) > to) {
          order--;
        }
        builders(zone.id().type())[order].add(from);
        from += 1 << order;
      }
    }
  }

  private FrameList.Builder[] builders(ZoneType type) {
    return blocks.computeIfAbsent(
        type,
        _ -> {
          FrameList.Builder[] byOrder = new FrameList.Builder[maxOrder + 1];
          for (int order = 0; order <= maxOrder; order++) {
            byOrder[order] = new FrameList.Builder();
          }
          return byOrder;
        });
  }

  private FreeBlocks freeBlocks() {
    List<FreeBlocks.Zone> found = new ArrayList<>();
    blocks.forEach((type, byOrder) -> {
      List<FreeBlocks.Order> orders = new ArrayList<>();
      for (int order = 0; order <= maxOrder; order++) {
        FrameList frames = byOrder[order].build();
        if (frames.size() > 0) {
          orders.add(new FreeBlocks.Order(order, frames, Place.of(name)));
        }
      }
      found.add(new FreeBlocks.Zone(type, orders));
    });
    return new FreeBlocks(found);
  }
}
