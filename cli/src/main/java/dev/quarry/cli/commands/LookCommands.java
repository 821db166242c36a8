package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Processes;
import dev.quarry.machine.Nearest;
import dev.quarry.observe.ProcFs;
import dev.quarry.observe.ProcessFiles;
import dev.quarry.physical.MemInfoDump;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Commands that show the machine. */
final class LookCommands {
  private static final String CHAPTER = "looking";
  private static final Pattern OF_PROCESS = Pattern.compile("/proc/(\\d{1,9})/(\\w+)");
  private static final int FRAMES_PER_STEP = 64;
  private static final long STEPS_OF_A_FILE = 200;

  private LookCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                    "cat FILE",
                    "prints a file of /proc or /sys",
                    "cat /proc/buddyinfo",
                    LookCommands::cat)
                .withNotes(
                    "files:\n  "
                        + String.join("\n  ", ProcFs.paths())
                        + "\nof a process, in /proc/PID/, PID as p.pid:\n  "
                        + String.join("\n  ", ProcessFiles.names())))
        .add(
            command(
                "grep TEXT FILE",
                "prints the lines of a file that have a text in them",
                "grep nr_slab /proc/vmstat",
                LookCommands::grep));
    addPictures(registry);
  }

  private static void addPictures(Registry registry) {
    registry
        .add(
            command(
                    "draw PICTURE [WHAT] [zone=NAME] [node=N] [from=FRAME] [pages=N] [cpu=N]",
                    "draws memory, a cache, or a process",
                    "draw buddy zone=Normal\ndraw reserve\ndraw cache kmalloc-64",
                    Pictures::draw)
                .withNotes(Pictures.notes()))
        .add(
            command(
                "gfp GFP",
                "explains GFP flags",
                "gfp GFP_ATOMIC",
                (call, session) ->
                    GfpText.of(Booted.machine(session), Booted.gfp(session, call, 0))))
        .add(command("dmesg", "prints the kernel's log", "dmesg", LookCommands::dmesg))
        .add(
            command(
                "show_mem",
                "prints memory as a failure report does",
                "show_mem",
                LookCommands::showMem))
        .add(
            command(
                    "first_fit [pages=N] [steps=N] [load=PERCENT] [seed=N]",
                    "plays requests on a first-fit list as well",
                    "first_fit pages=4096 steps=20000",
                    FirstFitComparison::run)
                .withNotes("the same random requests on a first-fit list and on a buddy system"));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value cat(Call call, Session session) {
    call.atMost(1);
    String text = file(call, session, 0);
    return new Value.Text(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
  }

  private static Value grep(Call call, Session session) {
    call.atMost(2);
    String wanted = call.word(0, "a text");
    List<String> lines = file(call, session, 1).lines().filter(l -> l.contains(wanted)).toList();
    return lines.isEmpty()
        ? new Refused("no line has \"" + wanted + "\"")
        : new Value.Text(String.join("\n", lines));
  }

  /** A file's text now. */
  private static String file(Call call, Session session, int index) {
    Machine machine = Booted.machine(session);
    String path = call.word(index, "a file such as /proc/buddyinfo");
    ProcFs files = MachineFiles.proc(machine);
    List<String> paths = new ArrayList<>(files.textPaths());
    paths.addAll(files.wordPaths());
    Matcher ofProcess = OF_PROCESS.matcher(path);
    if (ofProcess.matches()) {
      refuseProcess(call, machine, index, ofProcess);
    } else if (!paths.contains(path) && files.read(path).isEmpty()) {
      throw call.refuse(index, "there is no file " + path + Nearest.hint(path, paths));
    }
    session.spend(
        files.wordPaths().contains(path)
            ? machine.spec().endPfn() / FRAMES_PER_STEP
            : STEPS_OF_A_FILE + (long) machine.cpus().size() * machine.memory().zones().size());
    return files.read(path).orElseThrow();
  }

  /** Refuses a process that is not there, or a file that it has not. */
  private static void refuseProcess(Call call, Machine machine, int index, Matcher path) {
    Processes processes = machine.processesOrNull();
    int pid = Integer.parseInt(path.group(1));
    if (processes == null || processes.find(pid).isEmpty()) {
      throw call.refuse(index, "there is no process " + pid);
    }
    List<String> names = ProcessFiles.names();
    if (!names.contains(path.group(2))) {
      throw call.refuse(
          index,
          "process "
              + pid
              + " has no file "
              + path.group(2)
              + ", only "
              + String.join(", ", names)
              + Nearest.hint(path.group(2), names));
    }
  }

  private static Value dmesg(Call call, Session session) {
    call.atMost(0);
    List<String> lines = Booted.machine(session).log().lines();
    session.spend(lines.size());
    return new Value.Text(String.join("\n", lines));
  }

  private static Value showMem(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    session.spend(STEPS_OF_A_FILE);
    int highest = machine.spec().zones().size() - 1;
    String text = new MemInfoDump(machine.memory()).text(highest, Booted.cpu(session, call));
    return new Value.Text(text.stripTrailing());
  }
}
