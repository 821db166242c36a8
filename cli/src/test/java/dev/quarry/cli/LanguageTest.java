package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The language of the shell: what it does, and where it sees mistakes. */
class LanguageTest {
  /** {@code ~} stands for a line's end. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "frob                                    | 1:1  | \"frob\" is not a command",
        "boot course~alloc_pagse GFP_KERNEL      | 2:1  | did you mean alloc_pages?",
        "alloc_page GFP_KERNEL                   | 1:1  | no machine is booted; begin with: boot",
        "boot                                    | 1:1  | boot needs a machine: laptop,",
        "boot latpop                             | 1:6  | did you mean laptop?",
        "boot course rma=1G                      | 1:1  | \"rma\" is not a setting; did you mean",
        "boot course ram=0                       | 1:1  | ram=0: ram 0 is not at least 2097152",
        "boot course~alloc_pages                 | 2:1  | alloc_pages needs GFP flags",
        "boot course~alloc_page GFP_KERNLE       | 2:12 | did you mean GFP_KERNEL?",
        "boot course~alloc_page GFP_DMA GFP_USER | 2:20 | flags are joined by \"|\"",
        "boot course~alloc_pages GFP_DMA order=x | 2:27 | order is a whole number, not \"x\"",
        "boot course~p = alloc_pages GFP_DMA order=12 | 2:31 | order 12 is above the machine's",
        "boot course~alloc_page GFP_DMA ordr=1   | 2:20 | no option ordr=; it has cpu=, node=",
        "boot course~alloc_page GFP_DMA cpu=1    | 2:24 | cpu 1 is not 0 to 0",
        "boot course~__get_free_pages GFP_HIGHUSER | 2:18 | have no address in the direct map",
        "boot course~draw bddy                   | 2:6  | did you mean buddy?",
        "boot course~draw buddy zone=Nrmal       | 2:17 | only in DMA, Normal; did you mean Normal?",
        "boot course~cat /proc/budyinfo          | 2:5  | did you mean /proc/buddyinfo?",
        "boot course~free_pages p                | 2:12 | \"p\" is not an allocation",
        "boot course~free_pfn 16384              | 2:10 | a frame 16384 is not 0 to 16383",
        "boot course~print Normal.fre            | 2:7  | no part \"fre\"; did you mean free?",
        "boot course extra                       | 1:13 | boot takes one word, not also \"extra\"",
        "boot course~x = alloc_page GFP_DMA order=3 | 2:24 | alloc_page has no option order=",
        "p =                                     | 1:4  | the command whose result \"p\" names",
        "p[x] = boot tiny                        | 1:1  | \"p[x]\" is not a name such as p or p[3]",
        "repeat 2 {                              | 1:10 | \"{\" has no \"}\"",
        "repeat 2                                | 1:9  | the block of a loop begins with \"{\"",
        "repeat x { boot tiny }                  | 1:8  | \"x\" is not how often to repeat",
        "}                                       | 1:1  | \"}\" closes no block",
        "for i in 1..x { boot tiny }             | 1:10 | \"1..x\" is not a range such as 0..9",
        "for 1 in 1..2 { boot tiny }             | 1:5  | \"1\" is not a variable such as i",
        "for i on 1..2 { boot tiny }             | 1:7  | for NAME in FIRST..LAST",
        "for i in 1..2 { print $j }              | 1:23 | \"$j\" is not the variable of a loop",
        "print \"a                               | 1:7  | the string has no closing quote",
        "boot tiny = 3                           | 1:1  | boot needs a machine",
        "print !                                 | 1:7  | did you mean \"!=\"?",
        "expect x == 1                           | 1:8  | there is no name \"x\"",
        "boot tiny~expect Normal.free == q.free  | 2:23 | there is no name \"q\"",
        "boot tiny~expect Normal.free < Normal   | 2:1  | \"<\" compares numbers",
        "expect 1                                | 1:9  | expect is written: expect VALUE ==",
        "help frob                               | 1:6  | there is no help for \"frob\"",
        "repeat 1000000000 { }                   | 1:1  | the script has used up its 5,000,000 steps",
      })
  void mistakesHaveAPlace(String script, String place, String message) {
    Cli.Result result = Cli.script(script.strip().replace('~', '\n'));
    assertThat(result.err()).startsWith("stdin:" + place + ": ").contains(message);
    assertThat(result.code()).isEqualTo(2);
    List<String> lines = result.err().lines().toList();
    int column = Integer.parseInt(place.substring(place.indexOf(':') + 1));
    assertThat(lines.getLast()).isEqualTo("  " + " ".repeat(column - 1) + "^");
  }

  @Test
  void loopsShowOnlyHowManyFailed() {
    Cli.Result result =
        Cli.script(
            """
            boot tiny percpu=no
            for i in 0..15 { p[$i] = alloc_page GFP_KERNEL }
            repeat 3 { alloc_page GFP_KERNEL }
            for i in 0..7 { free_pages p[$i] }
            for i in 3..4 { print "frame" p[$i].pfn p[$i].state }
            expect Normal.free == 8
            """);
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().skip(2))
        .containsExactly(
            "in the loop 3 failed; first: failed: order 0; Node 0 zone Normal: free 0 <= min 0:"
                + " refused, 1 page short",
            "frame 3 free",
            "frame 4 free");
  }

  @Test
  void valuesAndPartsHaveNames() {
    Cli.Result result =
        Cli.script(
            """
            boot course
            p = alloc_pages GFP_KERNEL order=2   # a comment
            n = p.pages; text = "a # b"
            expect n == 4
            q = alloc_pages GFP_KERNEL order=p.order
            expect q.pfn == p.buddy
            print text p.zone
            expect p.zone == Normal
            expect p.zone != DMA
            """);
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .endsWith(
            "text = a # b\nq = 4 pages at frame 4100 (pfn 0x01004) in "
                + "Node 0 zone Normal\na # b Normal\n");
  }

  @Test
  void aFailedAllocationIsAnAnswerAndHasNoParts() {
    Cli.Result result =
        Cli.script(
            "boot tiny\np = alloc_pages GFP_KERNEL order=4\nq = alloc_page GFP_KERNEL\n"
                + "expect q.pfn == 1");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("stdin:4:8: \"q\" failed: order 0; ");
  }

  @Test
  void echoShowsEachCommandBeforeItsResult() {
    Cli.Result result =
        Cli.runWithInput(
            "# nothing\nprint 1; print 2\nrepeat 2 {\n  print 3\n}\n", "run", "--echo", "-");
    assertThat(result.out())
        .isEqualTo(
            """
            # nothing
            quarry> print 1; print 2
            1
            2
            quarry> repeat 2 {
                 ...   print 3
                 ... }
            3
            3
            """);
  }

  @Test
  void aMessageObeysTheTerminalInNothing() {
    Cli.Result result = Cli.script("\u001b[31mfrob" + "x".repeat(5000));
    assertThat(result.err()).doesNotContain("\u001b").hasSizeLessThan(1000).contains("…");
  }
}
