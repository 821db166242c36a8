package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.RecordingException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What every frame of a machine was used for at one time.
 *
 * @param classes the class of each
 * @param freeBlocks the free blocks
 */
public record Frames(PageClasses classes, FreeBlocks freeBlocks) {
  private static final int RUNS_OF_A_LINE = 64;

  /**
   * Reads {@code kpageflags}.
   *
   * @param name what messages call the file
   * @param zoneInfo the machine's zones
   * @param maxOrder its largest order
   * @throws RecordingException if it cannot be read, or ends in the middle of a frame
   */
  public static Frames read(Path kpageflags, String name, ZoneInfo zoneInfo, int maxOrder) {
    return FrameFlagsReader.read(kpageflags, name, zoneInfo, maxOrder);
  }

  /** Writes {@code classes.txt} and {@code free_blocks.txt} as a snapshot has them. */
  public void write(Path folder) throws IOException {
    writeClasses(folder.resolve("classes.txt"));
    writeFreeBlocks(folder.resolve("free_blocks.txt"));
  }

  private void writeClasses(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
      for (int run = 0; run < classes.size(); run++) {
        out.append(classes.letter(run));
        out.append(Integer.toString(classes.end(run) - classes.start(run)));
        boolean last = run % RUNS_OF_A_LINE == RUNS_OF_A_LINE - 1 || run == classes.size() - 1;
        out.append(last ? '\n' : ' ');
      }
    }
  }

  private void writeFreeBlocks(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
      for (ZoneType type : ZoneType.values()) {
        Optional<FreeBlocks.Zone> zone =
            freeBlocks.zones().stream().filter(z -> z.type() == type).findFirst();
        if (zone.isPresent()) {
          out.append("zone ").append(type.label()).append('\n');
          for (FreeBlocks.Order order : zone.get().orders()) {
            out.append(Integer.toString(order.order())).append(':');
            for (int pfn : order.blocks().toArray()) {
              out.append(' ').append(Integer.toHexString(pfn));
            }
            out.append('\n');
          }
        }
      }
    }
  }
}
