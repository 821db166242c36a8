package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Merges and cuts as pictures: see {@link Space#picture}. */
class MergeTest {
  private static final long FIXED = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

  /** A page between all kinds of neighbours: which of the three become one area. */
  @Test
  void everyNewPageBetweenTwoNeighbours() {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      for (char prev : " aAbB".toCharArray()) {
        for (char next : " aAbB".toCharArray()) {
          for (char fresh : "ab".toCharArray()) {
            space.calls.munmap(Space.at(0), 3 * 4096);
            space.map(0, "" + prev + ' ' + next);
            space.map(1, "" + fresh);
            assertThat(space.picture()).isEqualTo(expected(prev, fresh, next));
            assertThat(space.findings()).isEmpty();
          }
        }
      }
    }
  }

  private static String expected(char prev, char fresh, char next) {
    // Read-only pages that were written before stay accounted, which others are not.
    boolean left = prev == fresh || (prev == 'A' && fresh == 'a');
    boolean right = next == fresh || (next == 'A' && fresh == 'a');
    boolean apart = Character.isUpperCase(prev) && Character.isUpperCase(next);
    if (left && right && apart) {
      right = false; // each has an anon_vma of its own
    }
    String a = prev == ' ' ? " " : "" + prev + (left ? "" : "|");
    String c = next == ' ' ? "" : (right ? "" : "|") + next;
    boolean capital = left && Character.isUpperCase(prev) || right && Character.isUpperCase(next);
    String letters = a + fresh + c;
    if (!capital) {
      return letters;
    }
    // The merged area has the anon_vma of whoever had one.
    StringBuilder out = new StringBuilder();
    int middle = a.length();
    int from = left ? 0 : middle;
    int to = right ? letters.length() : middle + 1;
    out.append(letters, 0, from);
    out.append(letters.substring(from, to).toUpperCase(Locale.ROOT));
    return out.append(letters.substring(to)).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "aaaaaa; 2; 2; 1; aa|bb|aa",
        "aaaaaa; 0; 2; 1; bb|aaaa",
        "aaaaaa; 4; 2; 1; aaaa|bb",
        "aaaaaa; 0; 6; 1; bbbbbb",
        "aabbaa; 2; 2; 3; aaaaaa",
        "aabbaa; 2; 1; 3; aaa|b|aa",
        "aabbaa; 3; 1; 3; aa|b|aaa",
        "aabbaa; 1; 4; 1; a|bbbb|a",
        "aabbcc; 2; 2; 3; aaaa|cc",
        "aabbcc; 2; 2; 0; aa|cccc",
        "aabb  ; 2; 2; 3; aaaa",
        "AABBAA; 2; 2; 3; AAAAAA",
        "AAbbAA; 2; 2; 3; AAAA|AA",
        "aaBBaa; 2; 2; 3; AAAAAA",
        "AA  AA; 0; 2; 3; AA  AA",
      })
  void protect(String before, int page, int pages, long prot, String after) {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      space.map(0, before);
      assertThat(space.calls.mprotect(Space.at(page), pages * 4096L, prot)).isZero();
      assertThat(space.picture()).isEqualTo(after);
      assertThat(space.findings()).isEmpty();
      // What was done can be undone page by page, from both sides and from the middle.
      space.calls.munmap(Space.at(0), 6 * 4096);
      assertThat(space.picture()).isEmpty();
    }
  }

  /** Areas that were touched before they became neighbours stay two. */
  @Test
  void areasWithPagesMoveAsTheyAre() {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      long move = MREMAP_MAYMOVE | MREMAP_FIXED;
      space.map(0, "AA   AA");
      assertThat(space.calls.mremap(Space.at(5), 8192, 8192, move, Space.at(2)))
          .isEqualTo(Space.at(2));
      assertThat(space.picture()).isEqualTo("AA|AA");
      space.map(10, "aaa");
      space.calls.mremap(Space.at(10), 3 * 4096, 3 * 4096, move, Space.at(4));
      assertThat(space.picture())
          .as("untouched: counted from the new place")
          .isEqualTo("AA|AA|aaa");
      space.map(7, "a");
      assertThat(space.picture()).isEqualTo("AA|AA|aaaa");
      space.calls.mremap(Space.at(0), 8192, 8192, move, Space.at(20));
      space.calls.mremap(Space.at(20), 8192, 8192, move, Space.at(0));
      assertThat(space.picture()).isEqualTo("AA|AA|aaaa");
      assertThat(space.findings()).isEmpty();
    }
  }

  /** Every sequence of three operations on four pages, against an array of letters. */
  @Test
  void allSmallSpaces() {
    List<int[]> operations = new ArrayList<>();
    for (int kind = 0; kind < 5; kind++) {
      for (int from = 0; from < 4; from++) {
        for (int to = from + 1; to <= 4; to++) {
          operations.add(new int[] {kind, from, to});
        }
      }
    }
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      int count = operations.size();
      for (int n = 0; n < count * count * count; n++) {
        char[] model = "    ".toCharArray();
        for (int op : new int[] {n % count, n / count % count, n / count / count}) {
          play(space, model, operations.get(op));
        }
        assertThat(space.picture()).as("sequence %d", n).isEqualTo(merged(model));
        if (n % 64 == 0) {
          assertThat(space.findings()).as("sequence %d", n).isEmpty();
        }
        space.calls.munmap(Space.at(0), 4 * 4096);
      }
    }
  }

  private static void play(Space space, char[] model, int[] operation) {
    int from = operation[1];
    long bytes = (operation[2] - from) * 4096L;
    boolean write = operation[0] % 2 == 0;
    char letter = operation[0] == 4 ? ' ' : write ? 'a' : 'b';
    boolean protect = operation[0] == 2 || operation[0] == 3;
    boolean whole = true;
    if (operation[0] == 4) {
      assertThat(space.calls.munmap(Space.at(from), bytes)).isZero();
    } else if (protect) {
      long result = space.calls.mprotect(Space.at(from), bytes, write ? 3 : 1);
      for (int i = from; i < operation[2] && whole; i++) {
        whole = model[i] != ' ';
      }
      assertThat(result).isEqualTo(whole ? 0 : -Errno.ENOMEM);
    } else {
      space.calls.mmap(Space.at(from), bytes, write ? 3 : 1, FIXED, -1, 0);
    }
    for (int i = from; i < operation[2]; i++) {
      if (protect && model[i] == ' ') {
        return; // what lies before the hole was changed
      }
      model[i] = letter;
    }
  }

  private static String merged(char[] model) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < model.length; i++) {
      boolean bar = i > 0 && model[i] != model[i - 1] && model[i] != ' ' && model[i - 1] != ' ';
      out.append(bar ? "|" : "").append(model[i]);
    }
    return out.toString().stripTrailing();
  }
}
