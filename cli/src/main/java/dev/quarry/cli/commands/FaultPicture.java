package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.fault.FaultCounts;
import dev.quarry.virtual.fault.FaultLeaf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The decision about a page fault as a tree, with how often each leaf was reached since boot and
 * the way of a CPU's last fault.
 */
final class FaultPicture {
  private static final int COLUMN = 62;

  private final FaultCounts counts;
  private final List<FaultLeaf> path;
  private final StringBuilder out = new StringBuilder();

  private FaultPicture(FaultCounts counts, List<FaultLeaf> path) {
    this.counts = counts;
    this.path = path;
  }

  /** A question of the tree with its answers, or a leaf. */
  private sealed interface Node {
    /** Whether the last fault came through here. */
    boolean isOn(List<FaultLeaf> path);

    String text();
  }

  private record Question(String text, List<Node> answers) implements Node {
    @Override
    public boolean isOn(List<FaultLeaf> path) {
      return answers.stream().anyMatch(answer -> answer.isOn(path));
    }
  }

  private record End(FaultLeaf leaf, String text) implements Node {
    @Override
    public boolean isOn(List<FaultLeaf> path) {
      return path.contains(leaf);
    }
  }

  private static Question ask(String text, Node... answers) {
    return new Question(text, List.of(answers));
  }

  private static End end(FaultLeaf leaf, String text) {
    return new End(leaf, text);
  }

  private static Question tree() {
    return ask(
        "page fault",
        end(FaultLeaf.NOT_CANONICAL, "address not canonical: SIGSEGV"),
        ask(
            "kernel's half",
            end(FaultLeaf.VMALLOC_FAULT, "2 levels, vmalloc space: take over the root's entry"),
            end(FaultLeaf.KERNEL_SPURIOUS, "allowed by now: try again"),
            end(FaultLeaf.KERNEL_HALF, "else: SEGV_MAPERR")),
        ask(
            "user's half",
            end(FaultLeaf.ATOMIC, "must not wait"),
            end(FaultLeaf.KILLED, "chosen by the OOM killer: SIGKILL"),
            end(FaultLeaf.NO_AREA, "no area: SEGV_MAPERR"),
            ask(
                "below a stack",
                end(FaultLeaf.STACK_REFUSED, "limit or guard gap: SEGV_MAPERR"),
                end(FaultLeaf.STACK_GROWN, "the stack grows, then as in an area")),
            ask(
                "in an area",
                end(FaultLeaf.ACCESS_DENIED, "access not allowed: SEGV_ACCERR"),
                end(FaultLeaf.OUT_OF_MEMORY, "no memory"),
                huge(),
                absent(),
                end(FaultLeaf.SWAP_IN, "entry says swap: swap in"),
                present())),
        ask(
            "failed in kernel mode",
            end(FaultLeaf.FIXUP, "in the exception table: go on there"),
            end(FaultLeaf.OOPS, "else: oops")));
  }

  private static Question huge() {
    return ask(
        "may be a huge page, or is one",
        end(FaultLeaf.HUGE_ZERO_PAGE, "read: the huge page of zeros"),
        end(FaultLeaf.HUGE_DEMAND_ZERO, "write: a huge page of its own, zeros"),
        end(FaultLeaf.HUGE_COW_ZERO_PAGE, "write to the huge page of zeros"),
        end(FaultLeaf.HUGE_COW_REUSE, "nobody else has it: reused"),
        end(FaultLeaf.HUGE_FALLBACK, "none to be had, or split: as small pages"));
  }

  private static Question absent() {
    return ask(
        "entry absent",
        ask(
            "area of memory",
            end(FaultLeaf.ZERO_PAGE, "read: the page of zeros"),
            end(FaultLeaf.DEMAND_ZERO, "write: a page of its own, zeros")),
        ask(
            "area of a file",
            end(FaultLeaf.BEYOND_FILE, "beyond its end: SIGBUS"),
            end(FaultLeaf.FILE_ERROR, "cannot be read: SIGBUS"),
            end(FaultLeaf.FILE_AROUND, "read, page in the cache: 16 around"),
            end(FaultLeaf.FILE_READ, "read: from the file first"),
            end(FaultLeaf.PRIVATE_WRITE, "write, private: a copy"),
            end(FaultLeaf.SHARED_WRITE, "write, shared: the page itself")));
  }

  private static Question present() {
    return ask(
        "entry there",
        ask(
            "write, entry read-only",
            end(FaultLeaf.COW_ZERO_PAGE, "the page of zeros: a page of its own"),
            end(FaultLeaf.COW_COPY, "others have the page too: a copy"),
            end(FaultLeaf.COW_REUSE, "nobody else has it: reused"),
            end(FaultLeaf.MAKE_WRITABLE, "shared mapping: made writable")),
        end(FaultLeaf.SPURIOUS, "allowed by now: try again"));
  }

  static String draw(Machine machine, Cpu cpu) {
    FaultCounts counts = machine.processes().pages().handler().counts();
    FaultPicture picture = new FaultPicture(counts, counts.lastPath(cpu.id()));
    Question tree = tree();
    picture.line(tree, "", "");
    picture.answers(tree, "");
    picture.foot(cpu);
    return picture.out.toString();
  }

  /** The leaves of the tree, for tests: each is in it once. */
  static List<FaultLeaf> leaves() {
    List<FaultLeaf> leaves = new ArrayList<>();
    collect(tree(), leaves);
    return leaves;
  }

  private static void collect(Node node, List<FaultLeaf> leaves) {
    switch (node) {
      case End leaf -> leaves.add(leaf.leaf());
      case Question question -> question.answers().forEach(answer -> collect(answer, leaves));
    }
  }

  private void answers(Question question, String indent) {
    List<Node> answers = question.answers();
    for (int i = 0; i < answers.size(); i++) {
      boolean last = i == answers.size() - 1;
      Node answer = answers.get(i);
      line(answer, indent, last ? "└─" : "├─");
      if (answer instanceof Question more) {
        answers(more, indent + (last ? "   " : "│  "));
      }
    }
  }

  private void line(Node node, String indent, String branch) {
    String mark = node.isOn(path) ? "► " : branch.isEmpty() ? "" : " ";
    String text = indent + branch + mark + node.text();
    switch (node) {
      case Question _ -> out.append(text);
      case End leaf ->
          out.append(
              String.format(
                  Locale.ROOT,
                  "%-" + COLUMN + "s %-18s %6d",
                  text,
                  leaf.leaf().words(),
                  counts.of(leaf.leaf())));
    }
    out.append('\n');
  }

  private void foot(Cpu cpu) {
    String last =
        path.isEmpty()
            ? "CPU " + cpu.id() + " has had no page fault"
            : "► the last one of CPU "
                + cpu.id()
                + ": "
                + String.join(", then ", path.stream().map(FaultLeaf::words).toList());
    out.append(last);
  }
}
