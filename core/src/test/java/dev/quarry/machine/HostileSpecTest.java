package dev.quarry.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a file holds, it is refused with its place, or it is a machine that works. */
class HostileSpecTest {
  private static final long SEED = 20_261;
  private static final int MUTANTS = 4_000;

  /** Files and machines take longer than reading; so only every so-manieth mutant is both. */
  private static final int BOOTED_ONE_OF = 12;

  /** Long enough for any machine that runs the test; what hangs takes hours. */
  private static final Duration FOR_EVER = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void mutantsOfThePresetsAreRefusedOrWork() {
    int[] read = new int[1];
    assertTimeoutPreemptively(
        FOR_EVER,
        () -> {
          Random random = new Random(SEED);
          for (int i = 0; i < MUTANTS; i++) {
            String preset = Presets.names().get(random.nextInt(Presets.names().size()));
            byte[] mutant = mutate(Presets.text(preset).getBytes(StandardCharsets.UTF_8), random);
            boolean boots = i % BOOTED_ONE_OF == 0;
            read[0] += readsOrRefuses(mutant, boots, "seed " + SEED + ", mutant " + i) ? 1 : 0;
          }
        });
    // Both must happen often, or the mutations are too rough or too mild.
    assertThat(read[0]).isBetween(MUTANTS / 10, MUTANTS * 9 / 10);
  }

  private boolean readsOrRefuses(byte[] text, boolean boots, String context) throws IOException {
    MachineSpec spec;
    try {
      spec = boots ? readFile(text) : MachineSpecReader.read("mutant.machine", latin(text));
    } catch (SpecException e) {
      assertThat(e).as(context).hasMessageStartingWith("mutant.machine");
      assertThat(String.valueOf(e.getMessage()).length()).as(context).isLessThan(600);
      return false;
    }
    if (boots) {
      boots(spec, context);
    }
    return true;
  }

  private MachineSpec readFile(byte[] text) throws IOException {
    Path file = folder.resolve("mutant.machine");
    Files.write(file, text);
    return MachineSpecReader.read(file);
  }

  private static String latin(byte[] text) {
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void boots(MachineSpec spec, String context) {
    try (Machine machine = Machine.boot(spec)) {
      int pfn = machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_KERNEL | Gfp.NOWARN, 0);
      if (pfn != Pfn.NONE) {
        assertThat(machine.allocator().freePages(machine.cpu(0), pfn, 0)).as(context).isTrue();
      }
      assertThat(machine.invariants()).as(context).isEmpty();
    } catch (OutOfMemoryError e) {
      assertThat(e).as(context).hasMessageStartingWith("the host refused to reserve");
    }
  }

  private static byte[] mutate(byte[] text, Random random) {
    byte[] out = text;
    for (int n = random.nextInt(4); n >= 0; n--) {
      int at = random.nextInt(out.length);
      int to = Math.min(out.length, at + random.nextInt(30));
      byte[] some = Arrays.copyOfRange(out, at, to);
      out =
          switch (random.nextInt(6)) {
            case 0 -> splice(out, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            case 1 -> splice(out, at, at + 1, new byte[] {(byte) (' ' + random.nextInt(95))});
            case 2 ->
                splice(out, at, Math.min(out.length, at + 1 + random.nextInt(3)), new byte[0]);
            case 3 -> splice(out, at, at, some);
            case 4 -> splice(out, at, at, ascii("0123456789GMK=-,".charAt(random.nextInt(16))));
            default -> splice(out, at, at, ascii('\n'));
          };
    }
    return out;
  }

  private static byte[] ascii(char c) {
    return new byte[] {(byte) c};
  }

  private static byte[] splice(byte[] text, int from, int to, byte[] with) {
    byte[] out = new byte[text.length - (to - from) + with.length];
    System.arraycopy(text, 0, out, 0, from);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(text, to, out, from + with.length, text.length - to);
    return out;
  }

  /** A megabyte of one kind of line. */
  enum Flood {
    MEMORY(i -> "memory " + range(i)),
    MEMORY_AND_RESERVED(i -> "memory " + range(i) + "\nreserved " + range(i)),
    NODES(i -> "node " + i),
    ZONES(i -> "zone DMA"),
    CPUS(i -> "cpus " + i % 8_192),
    SYSCTLS(i -> "sysctl vm.lowmem_reserve_ratio=1,2"),
    COMMENTS(i -> "# " + i),
    NAMES(i -> "name " + i);

    private final IntFunction<String> line;

    Flood(IntFunction<String> line) {
      this.line = line;
    }

    private static String range(int i) {
      return "0x" + Long.toHexString(i * 8192L) + "-0x" + Long.toHexString(i * 8192L + 4096);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMegabyteOfLinesIsReadOrRefusedWithoutAHang(Flood flood) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < 1_000_000; i++) {
      text.append(flood.line.apply(i)).append('\n');
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    boolean boots = flood == Flood.MEMORY_AND_RESERVED;
    assertTimeoutPreemptively(FOR_EVER, () -> readsOrRefuses(bytes, boots, flood.toString()));
  }

  @Test
  void whatIsNoSpecificationIsRefused() throws IOException {
    Path file = folder.resolve("mutant.machine");
    Files.write(file, new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> MachineSpecReader.read(file))
        .isInstanceOf(SpecException.class)
        .hasMessage("mutant.machine is too large: a specification has at most 1048576 bytes");
    assertThatThrownBy(() -> MachineSpecReader.read(folder))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> MachineSpecReader.read(folder.resolve("none")))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> MachineSpecReader.read("t", "name " + "x".repeat(10_000)))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("the line has 10005 characters, at most 10000");
    assertThatThrownBy(() -> MachineSpecReader.read("t", "x".repeat(9_000)))
        .isInstanceOf(SpecException.class)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).length()).isLessThan(200));
  }
}
