package dev.quarry.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Tab offers. */
class CompletionsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "boot c                    | course",
        "boot course ra            | ram=",
        "alloc_pages GFP_AT        | GFP_ATOMIC",
        "alloc_page GFP_DMA!__GFP_Z | GFP_DMA!__GFP_ZERO GFP_DMA!__GFP_ZEROTAGS",
        "alloc_pages GFP_DMA o     | order=",
        "alloc_pages GFP_DMA order=1 | order=1 order=10",
        "alloc_pages order=1 GFP_N | GFP_NOFS GFP_NOIO GFP_NOWAIT",
        "alloc_pages GFP_DMA order=1 o |",
        "draw b                    | buddy",
        "draw buddy zone=N         | zone=Normal",
        "cat /proc/buddy           | /proc/buddyinfo",
        "free_pages                | a block p s",
        "print p.p                 | p.pfn p.pages",
        "expect f                  | fails",
        "expect Normal.m           | Normal.managed Normal.min Normal.merges",
        "help dra                  | draw drain_all_pages",
        "cpu                       | 0",
        "s: mm                     | mmap",
        "s: mmap 64K sh            | shared shared_validate",
        "s: mmap 64K rw pri        | private",
        "s: mmap 64K rw fi         | file fixed fixed=",
        "s: madvise a w            | willneed wipeonfork",
        "s: mprotect a 4K rw       | rw rwx",
        "fork                      | s",
        "s: load a                 | a",
        "nonsense x                |",
      })
  void offersWhatFits(String line, String offers) {
    String typed = line.replace('!', '|'); // the bar separates the columns above
    String expected = offers == null ? "" : offers.replace('!', '|');
    Registry registry = AllCommands.registry();
    try (Session session = AllCommands.session(new PrintWriter(Writer.nullWriter()))) {
      new Interpreter(registry, session)
          .run("boot course\np = alloc_page GFP_DMA\nblock = p\ns = spawn\ns: a = mmap 4K", 1);
      String text = typed.contains(" ") ? typed : typed + " ";
      List<String> words = Arrays.asList(text.split(" +", -1));
      assertThat(Completions.of(registry, session, words))
          .filteredOn(word -> word.startsWith(words.getLast()))
          .containsExactlyInAnyOrder(expected.isEmpty() ? new String[0] : expected.split(" "));
    }
  }
}
