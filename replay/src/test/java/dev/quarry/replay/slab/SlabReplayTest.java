package dev.quarry.replay.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.SpecException;
import dev.quarry.replay.convert.Conversion;
import dev.quarry.replay.convert.Converter;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.score.Ratio;
import dev.quarry.replay.score.SlabScore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlabReplayTest {
  private static final String HEAD =
      """
      #t0 100.000010
      #gfp 0 GFP_KERNEL
      #gfp 1 GFP_KERNEL_ACCOUNT
      #site 0 alloc_it+0x10
      #site 1 free_it+0x20
      #cache 0 names 60 64
      #cache 1 other ? ?
      """;
  private static final String SLABINFO =
      """
      slabinfo - version: 2.1
      names 40 128 64 64 1 : tunables 0 0 0 : slabdata 2 2 0
      kmalloc-64 128 128 64 64 1 : tunables 0 0 0 : slabdata 2 2 0
      kmalloc-cg-64 0 0 64 64 1 : tunables 0 0 0 : slabdata 0 0 0
      """;

  @TempDir private Path folder;
  private Path recording;

  @BeforeEach
  void copy() throws IOException {
    recording = Fixtures.copyTiny(folder);
    Files.writeString(recording.resolve("before/slabinfo"), SLABINFO);
  }

  private SlabResult play(String events) throws IOException {
    Files.writeString(recording.resolve("ev.S.txt"), HEAD + events, StandardCharsets.ISO_8859_1);
    return play(recording);
  }

  private static SlabResult play(Path path) {
    Recording opened = Recording.open(path);
    SlabResult result =
        SlabReplay.play(
                opened,
                opened.machine(opened.before()).spec(),
                List.of(),
                EventPolicy.LENIENT,
                true)
            .orElseThrow();
    assertThat(result.invariants()).isEmpty();
    return result;
  }

  private static Map<String, SlabResult.CacheEnd> ends(SlabResult result) {
    return result.caches().stream()
        .collect(Collectors.toMap(SlabResult.CacheEnd::name, Function.identity()));
  }

  @Test
  void objectsAreMatchedByTheirPointers() throws IOException {
    SlabResult result =
        play(
            """
            c 1 0 7 1000 0 0 0
            c 1 0 7 1040 0 0 0
            k 1 1 7 v80 50 64 0 0
            k 1 1 7 2000 50 64 1 0
            f 1 1 7 1000 1
            d 1 0 7 v80 0 1
            """);
    SlabCounters counters = result.counters();
    assertThat(counters.events()).isEqualTo(6);
    assertThat(counters.kfreesOfNamedCaches()).isEqualTo(1);
    assertThat(counters.otherCache()).isEqualTo(1);
    assertThat(result.stillHeld()).isEqualTo(2);
    assertThat(ends(result).get("names").activeObjects()).isEqualTo(41);
    assertThat(ends(result).get("kmalloc-64").activeObjects()).isEqualTo(128);
    assertThat(ends(result).get("kmalloc-cg-64").activeObjects()).isEqualTo(1);
    assertThat(ends(result).get("kmalloc-cg-64").slabs()).isEqualTo(1);
    assertThat(Waste.byCache(result.origins()))
        .containsExactly(
            new Waste("kmalloc-64", 1, 50, 64),
            new Waste("kmalloc-cg-64", 1, 50, 64),
            new Waste("names", 2, 120, 128));
  }

  @Test
  void aPointerThatIsHandedOutTwiceWasFreedUnseen() throws IOException {
    SlabResult result = play("c 1 0 7 1000 0 0 0\nk 1 1 7 1000 9 64 0 0\nc 1 0 7 1000 0 0 0\n");
    assertThat(result.counters().unseenFrees()).isEqualTo(2);
    assertThat(result.stillHeld()).isEqualTo(1);
    assertThat(ends(result).get("names").activeObjects()).isEqualTo(41);
    assertThat(ends(result).get("names").unseenFrees()).isEqualTo(1);
    assertThat(ends(result).get("kmalloc-64").activeObjects()).isEqualTo(128);
  }

  @Test
  void whatWasNeverAllocatedIsOfTheStateBefore() throws IOException {
    StringBuilder events = new StringBuilder("f 1 0 7 8000 1\nd 1 0 7 9000 1 1\n");
    for (int i = 0; i < 50; i++) {
      events.append("d 1 0 7 ").append(Integer.toHexString(0x10000 + 64 * i)).append(" 0 1\n");
    }
    SlabResult result = play(events.toString());
    SlabCounters counters = result.counters();
    assertThat(counters.unmatchedKfrees()).isEqualTo(1);
    assertThat(counters.freesOfStateBefore()).isEqualTo(40);
    assertThat(counters.unmatchedFrees()).as("10 of names, 1 of an unknown cache").isEqualTo(11);
    assertThat(ends(result).get("names").activeObjects()).isZero();
    assertThat(ends(result)).doesNotContainKey("other");
  }

  @Test
  void aSlabWhoseObjectsAllWentIsGivenBackAsInTheKernel() throws IOException {
    String full = SLABINFO.replace("names 40 128 64 64 1", "names 4096 8192 64 64 1");
    Files.writeString(
        recording.resolve("before/slabinfo"),
        full.replace("slabdata 2 2 0\nkmalloc-64", "slabdata 128 128 0\nkmalloc-64"));
    StringBuilder events = new StringBuilder("f 1 0 7 8000 1\n"); // the interval has begun
    for (int slab = 0; slab < 60; slab++) {
      for (int i = 0; i < 32; i++) {
        long pointer = 0x100000L + 4096L * slab + 64L * i;
        events.append("d 0 0 7 ").append(Long.toHexString(pointer)).append(" 0 1\n");
      }
    }
    SlabResult.CacheEnd names = ends(play(events.toString())).get("names");
    assertThat(names.activeObjects()).isEqualTo(4096 - 60 * 32);
    assertThat(names.slabs()).isBetween(68L, 73L);
  }

  @Test
  void requestsOfPagesAndCachesThatCannotBe() throws IOException {
    SlabResult result =
        play(
            """
            #cache 2 huge 999999999 999999999
            #cache 3 unknown ? ?
            k 1 0 7 100000 20000 32768 0 0
            k 1 0 7 200000 2000000000 2147483647 0 0
            c 1 0 7 300000 2 0 0
            c 1 0 7 400000 3 0 0
            f 1 0 7 100000 1
            d 1 0 7 300000 2 1
            """);
    assertThat(result.counters().largeBlocks()).isEqualTo(2);
    assertThat(result.counters().noCache()).isEqualTo(2);
    assertThat(result.counters().failures()).isEqualTo(3);
    assertThat(result.stillHeld()).isEqualTo(2);
    assertThat(result.notes()).singleElement().asString().contains("cache huge: ");
  }

  @Test
  void geometriesAreComparedByTheBlocksThatRequestsGet() throws IOException {
    SlabResult result =
        play(
            "k 1 0 7 1000 100 128 0 0\nk 1 0 7 2000 33 64 0 0\nf 1 0 7 1000 1\nk 1 0 7 3000 20 32 0 0\n");
    assertThat(result.geometries())
        .extracting(use ->
            use.name() + " " + use.mostBytes() + " " + use.askedThen() + " " + use.endBytes())
        .containsExactly(
            "first fit 144 133 144",
            "one size 8192 133 8192",
            "course 192 133 96",
            "older 192 133 96",
            "linux 192 133 96",
            "fine 144 133 64",
            "exact 144 133 64");
    assertThat(result.geometries().get(2).wasteAtEnd()).isEqualTo(1 - 53.0 / 96);
  }

  @Test
  void beyondTheLargestSizeArePages() {
    int[] sizes = {8, 32, 8192};
    assertThat(GeometryTable.blockOf(sizes, 8, 4096)).isEqualTo(8);
    assertThat(GeometryTable.blockOf(sizes, 9, 4096)).isEqualTo(32);
    assertThat(GeometryTable.blockOf(sizes, 8192, 4096)).isEqualTo(8192);
    assertThat(GeometryTable.blockOf(sizes, 8193, 4096)).isEqualTo(16_384);
    assertThat(GeometryTable.blockOf(sizes, 16_385, 4096)).isEqualTo(32_768);
  }

  @Test
  void theSameFromEitherFormAndTwice() throws IOException {
    SlabResult text = play(Fixtures.example());
    Path compact = folder.resolve("compact");
    Converter.convert(
        Fixtures.example(),
        compact,
        new Conversion(Optional.of(Conversion.Form.COMPACT), true, false));
    SlabResult other = play(compact);
    assertThat(other.caches()).isEqualTo(text.caches()).isEqualTo(play(compact).caches());
    assertThat(other.samples()).isEqualTo(text.samples());
    assertThat(other.geometries()).isEqualTo(text.geometries());
    assertThat(Waste.bySite(other.origins())).isEqualTo(Waste.bySite(text.origins()));
    assertThat(other.score()).isEqualTo(text.score());
  }

  @Test
  void theStateAfterNeverReachesThePlayer() throws IOException {
    SlabResult expected = play(Fixtures.example());
    Path copy = Fixtures.copy(Fixtures.example(), folder.resolve("blind"));
    Files.delete(copy.resolve("after/slabinfo.xz"));
    Files.writeString(copy.resolve("after/slabinfo"), SLABINFO);
    SlabResult result = play(copy);
    assertThat(result.caches()).isEqualTo(expected.caches());
    assertThat(result.samples()).isEqualTo(expected.samples());
    assertThat(result.score()).isNotEqualTo(expected.score());
  }

  @ParameterizedTest
  @ValueSource(strings = {"w1_compile", "w2_redis", "w4_files", "w8_fork"})
  void objectsAreAsNearToTheKernelAsIsAskedFor(String name) {
    Optional<Path> shared = Fixtures.shared(name);
    Assumptions.assumeTrue(shared.isPresent(), "the recording " + name + " is not here");
    SlabScore score = play(shared.get()).score().orElseThrow();
    Ratio objects = score.objects();
    assertThat(objects.changes() == 0 ? objects.misses() == 0 : objects.score() >= 0.95)
        .as("%s", objects)
        .isTrue();
  }

  @Test
  void changedRecordingsAreReadOrRefused() throws IOException {
    String events =
        HEAD
            + "c 1 0 7 1000 0 0 0\nk 1 1 7 2000 50 64 1 0\nf 1 1 7 1000 1\nd 1 0 7 3000 0 1\n"
                .repeat(8);
    long seed = 5;
    Mutations mutations = new Mutations(seed);
    int played = 0;
    for (int round = 0; round < 400; round++) {
      boolean state = round % 3 == 0;
      byte[] changed =
          mutations.mutate((state ? SLABINFO : events).getBytes(StandardCharsets.UTF_8));
      Files.write(
          recording.resolve("before/slabinfo"),
          state ? changed : SLABINFO.getBytes(StandardCharsets.UTF_8));
      Files.write(
          recording.resolve("ev.S.txt"), state ? events.getBytes(StandardCharsets.UTF_8) : changed);
      try {
        play(recording);
        played++;
      } catch (RecordingException | SpecException e) {
        assertThat(e.getMessage()).as("seed %d round %d", seed, round).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + " round " + round, e);
      }
    }
    assertThat(played).isGreaterThan(250);
  }

  @Test
  void moreSlabsThanTheMachineHasPagesAreRefused() throws IOException {
    Files.writeString(
        recording.resolve("before/slabinfo"),
        SLABINFO.replace("slabdata 2 2 0", "slabdata 2 90000 0"));
    assertThatThrownBy(() -> play(""))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("pages of slabs are more than the machine's");
  }
}
