package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Task;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.exec.ElfFile;
import dev.quarry.virtual.exec.ExecException;
import dev.quarry.virtual.exec.ProgramStart;
import dev.quarry.virtual.exec.ProgramStart.Program;
import dev.quarry.virtual.exec.Vdso;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.MmapLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Starts programs of the host's files: {@code do_execveat_common}, {@code search_binary_handler},
 * {@code load_script} (fs/exec.c, fs/binfmt_script.c, 6.18).
 *
 * <p>The new address space is whole before the old one goes: an error leaves the process as it was.
 * Linux gives up the old one earlier and ends a process whose program fails later.
 */
public final class Execve {
  /** How often a script's interpreter may be a script: {@code exec_binprm}. */
  private static final int MOST_SCRIPTS = 5;

  private final Cpu cpu;
  private final Processes processes;
  private final Vdso vdso;
  private String refusal = "";

  /** Starts programs on a CPU, which the calling thread may use. */
  public Execve(Cpu cpu, Processes processes) {
    this.cpu = cpu;
    this.processes = processes;
    this.vdso = processes.vdso();
  }

  /**
   * Gives a process another program: {@code execve(2)}.
   *
   * @param seed what its addresses are drawn from; empty: without address randomisation
   * @return 0 or a negated {@link Errno}; then the process has its old program
   */
  public long execve(
      Process process, String path, List<String> argv, List<String> envp, OptionalLong seed) {
    Task before = cpu.task(process.mm().task());
    try {
      start(process, path, argv, envp, seed);
      return 0;
    } catch (ExecException e) {
      processes.spaces().kernel().memory().log().print("execve " + path + ": " + e.getMessage());
      refusal = e.why();
      return -e.errno();
    } finally {
      cpu.task(before);
    }
  }

  /** Why the last call was refused, beside its error number; empty if none was. */
  public String refusal() {
    return refusal;
  }

  private void start(
      Process process, String path, List<String> argv, List<String> envp, OptionalLong seed)
      throws ExecException {
    UserPages pages = processes.pages();
    if (processes.spaces().kernel().layout().tables() != PageTableLayout.X86_64) {
      throw new ExecException(Errno.ENOEXEC, "a machine of 32 bits has no program of x86-64");
    }
    ProgramStart start = new ProgramStart(cpu, pages, vdso);
    Program program = program(start, path, argv, envp);
    Optional<CachedFile> interpreter = Optional.empty();
    if (program.elf().interpreter().isPresent()) {
      interpreter = Optional.of(open(program.elf().interpreter().get()));
    }
    MmapLayout layout =
        seed.isPresent()
            ? MmapLayout.random(processes.spaces(), process.limits(), seed.getAsLong())
            : MmapLayout.fixed(processes.spaces(), process.limits());
    MmStruct mm = processes.emptyProgram(cpu, process.limits(), layout);
    if (mm == null) {
      throw new ExecException(Errno.ENOMEM, "no memory for an address space");
    }
    mm.task().inherit(process.mm().task()); // who pays for the pages that come now
    boolean whole = false;
    try {
      start.load(mm, layout, program, interpreter);
      whole = true;
    } finally {
      if (!whole) {
        processes.spaces().exit(cpu, mm);
      }
    }
    processes.replaceSpace(cpu, process, mm);
    Path name = Path.of(path).getFileName();
    mm.task().comm(name == null ? path : name.toString());
  }

  /** Follows scripts to the program that runs them. */
  private Program program(ProgramStart start, String path, List<String> argv, List<String> envp)
      throws ExecException {
    String name = path;
    List<String> arguments = new ArrayList<>(argv);
    for (int depth = 0; depth <= MOST_SCRIPTS; depth++) {
      CachedFile file = open(name);
      List<String> line = script(start.bytes(file));
      if (line.isEmpty()) {
        ElfFile elf = ElfFile.program(start.bytes(file));
        return new Program(name, file, elf, arguments, envp);
      }
      List<String> tail = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
      List<String> longer = new ArrayList<>(line);
      longer.add(name);
      longer.addAll(tail);
      arguments = longer;
      name = line.getFirst();
    }
    throw new ExecException(Errno.ELOOP, "scripts that run scripts, more than " + MOST_SCRIPTS);
  }

  /** The interpreter of a script and its argument; empty for what is no script. */
  private static List<String> script(ElfFile.Bytes file) throws ExecException {
    byte[] head = new byte[ElfFile.HEAD_BYTES];
    int read = file.read(0, head);
    if (read < 2 || head[0] != '#' || head[1] != '!') {
      return List.of();
    }
    String text = new String(head, 2, read - 2, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\n');
    String line = (end < 0 ? text : text.substring(0, end)).strip();
    boolean cut = end < 0 && read == head.length && line.indexOf(' ') < 0;
    if (line.isEmpty() || cut) {
      throw new ExecException(Errno.ENOEXEC, "a script without an interpreter");
    }
    return List.of(line.split("[ \t]+", 2));
  }

  private CachedFile open(String path) throws ExecException {
    try {
      Path file = Path.of(path);
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new ExecException(Errno.EACCES, path + " is no file with a program");
      }
      return processes.pages().caches().open(file, false);
    } catch (IOException | IllegalArgumentException e) {
      throw new ExecException(Errno.ENOENT, "there is no " + path);
    }
  }
}
