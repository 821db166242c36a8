package dev.quarry.replay.refs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.convert.Conversion;
import dev.quarry.replay.convert.Converter;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text, lackey's text and the compact form, whole and damaged. */
class RefReaderTest {
  private static final Conversion PLAIN = new Conversion(Optional.empty(), false, true);

  @TempDir Path folder;

  /** All references of a reader as text. */
  private static String all(RefReader reader) {
    StringBuilder text = new StringBuilder();
    RefBatch batch = new RefBatch();
    while (reader.next(batch)) {
      for (int i = 0; i < batch.size; i++) {
        text.append(RefKind.letter(batch.kinds[i])).append(' ').append(batch.addresses[i]);
        text.append(' ').append(batch.bytes[i]).append(' ').append(batch.counts[i]).append('\n');
      }
    }
    return text.append(reader.problems().report()).append(reader.command()).toString();
  }

  @Test
  void bothFormsOfTextAreRead() {
    String runs = "#cmd ls\nI 401000 8 2\nS 1fff0 8\nM 2000 1\nL 3000 16\n";
    String lackey =
        "==7== Command: ls\nI  00401000,3\nI  00401003,5\n S 0001FFF0,8\n M 2000,1\n L 3000,16\n";
    assertThat(all(RefFiles.read(runs)))
        .isEqualTo("I 4198400 8 2\nS 131056 8 1\nM 8192 1 1\nL 12288 16 1\n[]ls");
    assertThat(all(RefFiles.read(lackey)))
        .isEqualTo("I 4198400 3 1\nI 4198403 5 1\nS 131056 8 1\nM 8192 1 1\nL 12288 16 1\n[]ls");
  }

  @ParameterizedTest
  @CsvSource({
    "X 1000 8,UNKNOWN_OPERATION",
    "S 1000,CUT_LINE",
    "S,CUT_LINE",
    "I 1000 8,CUT_LINE",
    "' L 1000',CUT_LINE",
    "S zz 8,NOT_A_NUMBER",
    "S 1000 x,NOT_A_NUMBER",
    "S 1000 0,WRONG_SIZE",
    "S 1000 999999,WRONG_SIZE",
    "I 1000 1 2,WRONG_SIZE",
    "I 1000 100 2,WRONG_SIZE",
    "L ffff800000000000 8,BEYOND_RANGE",
    "L 7ffffffff000 1,BEYOND_RANGE",
    "L 1000 8 9,EXTRA_TEXT",
    "#end I=1,WRONG_TOTAL"
  })
  void aWrongLineIsCountedAndTheRestRead(String line, RefProblem problem) {
    byte[] text = ("L 10 1\n" + line + "\nL 20 1\n").getBytes(StandardCharsets.US_ASCII);
    RefReader reader = RefFiles.read(text, false);
    assertThat(all(reader)).startsWith("L 16 1 1\nL 32 1 1\n");
    assertThat(reader.problems().count(problem)).isEqualTo(1);
    assertThat(reader.problems().report().getFirst()).contains("refs.txt:2: ");
    RefReader strict = RefFiles.read(text, true);
    assertThatThrownBy(() -> all(strict))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith("refs.txt:2: ");
  }

  @Test
  void aLineThatIsTooLongIsLeftOut() {
    String text = "L 10 1\n" + "L 1".repeat(200_000) + "\nL 20 1\n";
    RefReader reader = RefFiles.read(text);
    assertThat(all(reader)).startsWith("L 16 1 1\nL 32 1 1\n");
    assertThat(reader.problems().count(RefProblem.LONG_LINE)).isEqualTo(1);
  }

  /** As long as a line may be, longer, and longer than what is read at once. */
  @ParameterizedTest
  @ValueSource(ints = {65_536, 65_537, 100_000, 200_000, 300_000})
  void bothFormsFindTheSameLinesTooLong(int length) throws IOException {
    String text = "L 10 1\n#" + "x".repeat(length - 1) + "\nL 20 1\n";
    Path file = Files.writeString(folder.resolve("a.txt"), text, StandardCharsets.ISO_8859_1);
    Path compact = folder.resolve("a.qk");
    Converter.convert(file, compact, PLAIN);
    RefReader reader = RefFiles.open(file, false);
    String read = all(reader);
    assertThat(read).startsWith("L 16 1 1\nL 32 1 1\n");
    assertThat(reader.problems().count(RefProblem.LONG_LINE)).isEqualTo(length > 65_536 ? 1 : 0);
    assertThat(all(RefFiles.open(compact, false)).replace("a.qk:", "a.txt:")).isEqualTo(read);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theCompactFormGivesTheTextBack(long seed) throws IOException {
    Random random = new Random(seed);
    String text = RefFiles.random(random, 30_000) + "X wrong\nL 00ff 8\nI 10 3 1\n#end L=5\nS 10";
    Path file = Files.writeString(folder.resolve("a.txt"), text, StandardCharsets.ISO_8859_1);
    Path compact = folder.resolve("a.qk");
    Path back = folder.resolve("back.txt");
    Converter.convert(file, compact, new Conversion(Optional.empty(), seed == 2, true));
    Converter.convert(compact, back, PLAIN);
    assertThat(Files.readString(back, StandardCharsets.ISO_8859_1)).isEqualTo(text);
    assertThat(all(RefFiles.open(compact, false)).replace("a.qk:", "a.txt:"))
        .isEqualTo(all(RefFiles.open(file, false)));
    assertThat(Files.size(compact)).isLessThan(Files.size(file) / 2);
  }

  @Test
  void lackeysTextBecomesRuns() throws IOException {
    String lackey = "==7== Command: ls\nI  1000,3\nI  1003,2\n L 2000,8\nI  1005,1\nI  1100,4\n";
    Path file = Files.writeString(folder.resolve("lackey"), lackey);
    Converter.convert(file, folder.resolve("runs.qk"), PLAIN);
    Converter.convert(folder.resolve("runs.qk"), folder.resolve("runs.txt"), PLAIN);
    assertThat(folder.resolve("runs.txt"))
        .hasContent("#cmd ls\nI 1000 6 3\nL 2000 8\nI 1100 4 1\n#end refs=5 I=4 L=1 S=0 M=0\n");
  }

  @Test
  void damagedTextIsReadOn() {
    byte[] text = RefFiles.random(new Random(5), 200).getBytes(StandardCharsets.ISO_8859_1);
    Mutations mutations = new Mutations(7);
    long problems = 0;
    for (int i = 0; i < 2_000; i++) {
      RefReader reader = RefFiles.read(mutations.mutate(text), false);
      assertThat(all(reader)).isNotEmpty();
      problems += reader.problems().total();
    }
    assertThat(problems).isGreaterThan(500);
  }

  @Test
  void aDamagedCompactFileIsRefusedOrGivesReferences() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.writeString(file, RefFiles.random(new Random(5), 2_000), StandardCharsets.ISO_8859_1);
    Path compact = folder.resolve("a.qk");
    Converter.convert(file, compact, PLAIN);
    byte[] whole = Files.readAllBytes(compact);
    Mutations mutations = new Mutations(11);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      Path damaged = folder.resolve("damaged.qk");
      Files.write(damaged, mutations.mutate(whole));
      try (RefReader reader = RefFiles.open(damaged, false)) {
        all(reader);
      } catch (RecordingException e) {
        assertThat(e.getMessage()).startsWith("damaged.qk: ");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(450);
  }
}
