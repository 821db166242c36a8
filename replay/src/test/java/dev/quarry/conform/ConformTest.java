package dev.quarry.conform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same operations in Quarry and in the kernel that runs this test; differences are found. */
class ConformTest {
  private static final long LOWEST = 65536;

  @TempDir private Path folder;

  private static void aKernelLikeOurs() {
    String why = "";
    try {
      Platform.check();
      why = Platform.release().matches("(6\\.1[89]|6\\.2\\d|[789]\\.).*") ? "" : "an older kernel";
    } catch (ConformException e) {
      why = e.getMessage();
    }
    assumeTrue(why.isEmpty(), "nothing to compare with: " + why + ", " + Platform.release());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void agreesWithTheKernelThatRuns(long seed) {
    aKernelLikeOurs();
    try (Conform conform = new Conform()) {
      ConformResult result = conform.run(new ConformOptions(3000, seed, 10), done -> {});
      assertThat(result.differences()).as(ConformText.of(result)).isEmpty();
      assertThat(result.operations()).isEqualTo(3000);
    }
  }

  @ParameterizedTest
  @CsvSource({"310, process_vm_readv EPERM", "325, mlock2 EPERM", "319, memfd_create"})
  void aFilterOfSystemCallsIsNoDifference(int number, String named) throws InterruptedException {
    aKernelLikeOurs();
    String[] said = new String[1];
    Thread filtered =
        new Thread(() -> {
          try {
            said[0] = CallFilter.refuse(number) ? refusal() : null;
          } catch (Throwable e) {
            said[0] = e.toString();
          }
        });
    filtered.start();
    filtered.join();
    assumeTrue(said[0] != null, "this kernel has no filters of system calls");
    assertThat(said[0]).contains(named);
  }

  private static String refusal() {
    try (Conform conform = new Conform()) {
      return "agreed: " + conform.run(new ConformOptions(1, 1, 1), done -> {}).isAgreed();
    } catch (ConformException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Quarry with a fault of its own. */
  private record Planted(Side real, UnaryOperator<Op> fault) implements Side {
    @Override
    public Settings possible(Settings settings) {
      return real.possible(settings);
    }

    @Override
    public void begin(Settings settings) {
      real.begin(settings);
    }

    @Override
    public List<Observation> play(List<Op> operations) {
      return real.play(operations.stream().map(fault).toList());
    }

    @Override
    public Observation look(int who) {
      return real.look(who);
    }

    @Override
    public List<byte[]> contents(int who, int[] pages) {
      return real.contents(who, pages);
    }

    @Override
    public byte[] file(int file, int pages) {
      return real.file(file, pages);
    }

    @Override
    public List<String> smaps(int who) {
      return real.smaps(who);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private QuarrySide quarry(String name) throws Exception {
    return new QuarrySide(Files.createFile(folder.resolve(name)), LOWEST, Overcommit.GUESS);
  }

  private ConformResult planted(UnaryOperator<Op> fault, long operations) throws Exception {
    try (QuarrySide good = quarry("good");
        Planted bad = new Planted(quarry("bad"), fault)) {
      return new ConformRun(good, bad, new ConformOptions(operations, 7, 1)).run(done -> {});
    }
  }

  @Test
  void twoThatAreTheSameDoNotDiffer() throws Exception {
    ConformResult result = planted(op -> op, 1000);
    assertThat(result.isAgreed()).isTrue();
    assertThat(result.intended()).isEmpty();
    assertThat(result.operations()).isGreaterThanOrEqualTo(1000);
  }

  @Test
  void aPlantedDifferenceIsFoundShrunkAndPrinted() throws Exception {
    // munmap forgets a page
    UnaryOperator<Op> fault =
        op ->
            op.call() == Call.MUNMAP && op.b() > Window.PAGE && op.b() < 20 * Window.PAGE
                ? Op.of(op.who(), Call.MUNMAP, op.a(), op.b() - Window.PAGE)
                : op;
    ConformResult result = planted(fault, 2000);
    assertThat(result.isAgreed()).isFalse();
    ConformResult.FoundDifference found = result.differences().getFirst();
    assertThat(found.what()).isIn("areas", "faults", "result", "pages");
    // What fills the addresses around the window comes first, then the shortest sequence.
    List<String> lines = found.script().lines().filter(line -> line.contains(": m")).toList();
    assertThat(lines.subList(0, lines.size() - 2))
        .allMatch(line -> line.contains(" none ") || line.contains(" munmap 0x7fff"));
    assertThat(lines.get(lines.size() - 2)).startsWith("p: mmap ").doesNotContain(" none ");
    assertThat(lines.getLast()).startsWith("p: munmap 0x1000");
    assertThat(found.script()).contains("boot course\n", "p = spawn");
    assertThat(ConformText.of(result)).contains("# differs: ", "# kernel: ", "# quarry: ");
    assertThat(ConformJson.of(result)).contains("\"ops\" : ", "\"differences\" : [ {");
  }

  @Test
  void aValueThatIsStoredWrongIsFoundInThePages() throws Exception {
    UnaryOperator<Op> fault =
        op ->
            op.call() == Call.STORE && op.b() == 8
                ? Op.of(op.who(), Call.STORE, op.a(), 8, op.c() ^ 1)
                : op;
    ConformResult result = planted(fault, 2000);
    assertThat(result.differences()).anyMatch(found -> found.what().equals("contents"));
  }

  @Test
  void differencesWithAReasonAreKnownByName() {
    Op keeps = Op.of(0, Call.MREMAP, Window.START, Window.PAGE, Window.PAGE, 5, 0);
    Op locks = Op.of(0, Call.MLOCK, Window.START, Window.PAGE);
    Sequence both = new Sequence(Settings.plain(8, 0), List.of(locks, keeps, locks));
    String nothing = Errno.text(-Errno.ENOMEM);
    Difference difference = new Difference(2, Difference.What.RESULT, nothing, Errno.text(0));
    assertThat(Intended.of(difference, both)).contains(Intended.LOCKED_TWICE);
    Sequence without = new Sequence(both.settings(), List.of(locks, locks, locks));
    assertThat(Intended.of(difference, without)).isEmpty();
    for (Intended one : Intended.values()) {
      assertThat(one.spelled()).matches("[a-z]+(-[a-z]+)*");
    }
  }

  @Test
  void theProgramIsWhatItsListingSays() {
    AgentCode code = new AgentCode();
    byte[] elf = code.elf();
    assertThat(elf).startsWith(0x7f, 'E', 'L', 'F');
    int resume = (int) (code.address("resume") - 0x400000);
    assertThat(elf[resume]).as("mov [r14+0x50],rax").isEqualTo((byte) 0x49);
    // The last instruction of load1 jumps there, by four bytes.
    int jump = (int) (code.address("store8") - 0x400000) - 5;
    assertThat(elf[jump]).isEqualTo((byte) 0xe9);
    assertThat(elf[jump + 1]).isEqualTo((byte) (resume - jump - 5));
  }

  @Test
  void aPlatformWithoutSuchAKernelIsToldSo() {
    String os = System.getProperty("os.name");
    System.setProperty("os.name", "Plan 9");
    try {
      assertThatExceptionOfType(ConformException.class)
          .isThrownBy(Platform::check)
          .withMessageContaining("this is Plan 9 on");
    } finally {
      System.setProperty("os.name", os);
    }
  }
}
