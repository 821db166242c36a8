package dev.quarry.replay.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.PageEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Compact files that are cut off or damaged are refused; crafted ones never do worse than that. */
class DamageTest {
  private static final long SEED = 20_260_303;
  private static final int BLOCK_HEADER = 20;

  private static byte[] text(int lines) {
    String odd = "F 05 0 1 100 0\n".repeat(3); // a block of text between the blocks of events
    return (RandomEvents.text(SEED, lines) + odd + RandomEvents.text(SEED + 1, lines))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Whether either way of reading refuses it, as it must for both. */
  private boolean refused(byte[] compact, String what) throws IOException {
    boolean requestsOnly = what.hashCode() % 2 == 0;
    boolean decoder = refuses(what, () -> Compact.decode(compact));
    return refuses(what, () -> read(compact, requestsOnly)) && decoder;
  }

  private interface Reading {
    void run() throws IOException;
  }

  private static boolean refuses(String what, Reading reading) throws IOException {
    try {
      reading.run();
      return false;
    } catch (RecordingException e) {
      assertThat(e.getMessage()).as(what).startsWith("ev.K.qk").doesNotContain("\n");
      return true;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what + ", seed " + SEED, e);
    }
  }

  private static void read(byte[] file, boolean requestsOnly) throws IOException {
    PageEventOptions options =
        PageEventOptions.of(EventPolicy.LENIENT, String::length).bounds(8191, 10, 5);
    try (PageEvents events = PageEvents.of(Compact.source(file), options, requestsOnly)) {
      while (events.next()) {
        assertThat(events.event().pfn()).isBetween(-1, 8191);
        assertThat(events.event().order()).isBetween(0, 10);
      }
    }
  }

  @Test
  void everyBitCounts() throws IOException {
    byte[] compact = Compact.encode(Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt")), false);
    for (int bit = 0; bit < compact.length * 8; bit++) {
      byte[] damaged = compact.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      // The first eight bytes say that it is no text: without them it is read as text, and is none.
      if (bit >= 8 * CompactForm.magicBytes()) {
        assertThat(refused(damaged, "bit " + bit)).as("bit %d", bit).isTrue();
      } else {
        assertThat(refuses("bit " + bit, () -> Compact.decode(damaged))).isTrue();
      }
    }
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] compact = Compact.encode(Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt")), false);
    for (int length = 0; length < compact.length; length++) {
      byte[] cut = Arrays.copyOf(compact, length);
      assertThat(refuses("length " + length, () -> Compact.decode(cut))).isTrue();
    }
    assertThat(refused(Arrays.copyOf(compact, compact.length + 1), "one byte more")).isTrue();
  }

  @Test
  void damageInLargerFilesIsFound() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (boolean zstd : new boolean[] {false, true}) {
      byte[] compact = Compact.encode(text(600), zstd);
      for (int i = 0; i < 300; i++) {
        byte[] damaged = compact.clone();
        for (int n = random.nextInt(1, 5); n > 0; n--) {
          int at = random.nextInt(CompactForm.magicBytes(), damaged.length);
          damaged[at] ^= (byte) random.nextInt(1, 256);
        }
        boolean changed = !Arrays.equals(damaged, compact);
        assertThat(refused(damaged, "damage " + i)).as("damage %d", i).isEqualTo(changed);
        int length = random.nextInt(CompactForm.magicBytes(), compact.length);
        assertThat(refused(Arrays.copyOf(compact, length), "cut " + i)).as("cut %d", i).isTrue();
      }
    }
  }

  @Test
  void payloadsWithRightChecksumsAndWrongContentNeverCrash() throws IOException {
    byte[] compact = Compact.encode(text(400), false);
    Mutations mutations = new Mutations(SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    int refusals = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] crafted = craft(compact, mutations, random);
      refusals += refused(crafted, "craft " + i) ? 1 : 0;
    }
    assertThat(refusals).isBetween(400, 1000);
  }

  /** Changes the payload of one block and makes its header agree with it. */
  private static byte[] craft(byte[] compact, Mutations mutations, SplittableRandom random) {
    ByteBuffer in = ByteBuffer.wrap(compact).order(ByteOrder.LITTLE_ENDIAN);
    int at = BLOCK_HEADER;
    while (random.nextInt(3) > 0 && compact[at] != CompactForm.END) {
      at += BLOCK_HEADER + in.getInt(at + 4);
    }
    int length = in.getInt(at + 4);
    byte[] payload = Arrays.copyOfRange(compact, at + BLOCK_HEADER, at + BLOCK_HEADER + length);
    if (random.nextBoolean()) {
      payload[random.nextInt(Math.min(60, length))] ^= (byte) (1 << random.nextInt(8));
    } else {
      payload = mutations.mutate(payload);
    }
    byte[] head = Arrays.copyOfRange(compact, at, at + BLOCK_HEADER);
    ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(4, payload.length).putInt(8, payload.length);
    CRC32C crc = new CRC32C();
    crc.update(head, 0, 16);
    crc.update(payload);
    header.putInt(16, (int) crc.getValue());
    int rest = at + BLOCK_HEADER + length;
    return ByteBuffer.allocate(compact.length - length + payload.length)
        .put(compact, 0, at)
        .put(head)
        .put(payload)
        .put(compact, rest, compact.length - rest)
        .array();
  }

  @Test
  void theMessageHasFilePlaceAndBothChecksums() throws IOException {
    byte[] compact = Compact.encode(text(100), false);
    compact[60] ^= 1;
    assertThatThrownBy(() -> Compact.decode(compact))
        .isInstanceOf(RecordingException.class)
        .hasMessageMatching(
            "ev.K.qk: block 0 at byte 20: damaged: its checksum is [0-9a-f]{8},"
                + " that of its bytes [0-9a-f]{8}");
    assertThatThrownBy(() -> Compact.decode(Arrays.copyOf(compact, 50)))
        .isInstanceOf(RecordingException.class)
        .hasMessageMatching(
            "ev.K.qk: block 0 at byte 20: the file ends at byte 50, after 10 of \\d+ bytes of the"
                + " block's stored bytes");
  }

  @Test
  void aLaterVersionIsNamed() throws IOException {
    byte[] compact = Compact.encode(text(10), false);
    ByteBuffer header = ByteBuffer.wrap(compact).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(8, (short) 2);
    CRC32C crc = new CRC32C();
    crc.update(compact, 0, 16);
    header.putInt(16, (int) crc.getValue());
    assertThatThrownBy(() -> Compact.decode(compact))
        .hasMessage("ev.K.qk: is of version 2; only 1 can be read");
  }
}
