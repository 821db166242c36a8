package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Value;

/** The command that shows an operation step by step, as the course has them. */
final class StepsCommand {
  private StepsCommand() {}

  static void addTo(Registry registry) {
    registry.add(
        Processing.command(
                "processes: mappings",
                "steps CALL [WORD]... [touch=N] [offset=N] [hint=ADDRESS] [fixed=ADDRESS] [cpu=N]",
                "does mmap or munmap and shows the course's steps with what each did",
                "s = spawn\ns: a = steps mmap 64K rw private anon touch=2\ns: steps munmap a",
                StepsCommand::run)
            .withNotes(
                "touch=: how many pages are accessed after mmap, 1 if nothing is said:\n"
                    + "tables and frames come on demand"));
  }

  private static Value run(Processing it) {
    String what = it.call().literal(0, "mmap or munmap");
    Call rest = it.call().without(0);
    Processing inner = new Processing(rest, it.session(), it.machine(), it.process(), it.cpu());
    return switch (what) {
      case "mmap" -> new MmapSteps(inner).run();
      case "munmap" -> new MunmapSteps(inner).run();
      default -> throw it.call().refuse(0, "\"" + what + "\" is neither mmap nor munmap");
    };
  }
}
