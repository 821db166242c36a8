package dev.quarry.virtual.exec;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.FileIo;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.MmapLayout;
import dev.quarry.virtual.space.Mprotect;
import dev.quarry.virtual.space.VmAreaStruct;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Fills an address space that has only a stack with a program: {@code load_elf_binary}
 * (fs/binfmt_elf.c, 6.18).
 */
public final class ProgramStart {

  /** Arguments and environment may have a quarter of the stack's limit: bprm_stack_limits. */
  private static final int SHARE_OF_STACK = 4;

  private final Cpu cpu;
  private final UserPages pages;
  private final Vdso vdso;

  /** Starts programs on a CPU. */
  public ProgramStart(Cpu cpu, UserPages pages, Vdso vdso) {
    this.cpu = cpu;
    this.pages = pages;
    this.vdso = vdso;
  }

  /**
   * What is started.
   *
   * @param path as it was named
   */
  public record Program(
      String path, CachedFile file, ElfFile elf, List<String> argv, List<String> envp) {}

  /** Reads a file by way of the page cache: {@code kernel_read}. */
  public ElfFile.Bytes bytes(CachedFile file) {
    FileIo io = new FileIo(pages.caches());
    return (offset, into) -> {
      MemorySegment all = MemorySegment.ofArray(into);
      FileIo.Mover mover =
          (done, part) -> {
            MemorySegment.copy(part, 0, all, done, part.byteSize());
            return 0;
          };
      return (int) Math.max(0, io.read(cpu, file, offset, into.length, mover));
    };
  }

  /**
   * Maps a program and its interpreter, and writes its stack.
   *
   * @param mm has a stack and nothing else; where this fails it is in no state to be used
   * @return where execution begins
   * @throws ExecException with the error number of execve
   */
  public long load(
      MmStruct mm, MmapLayout layout, Program program, Optional<CachedFile> interpreter)
      throws ExecException {
    ElfFile elf = program.elf();
    ElfFile second = interpreter.isPresent() ? ElfFile.interpreter(bytes(interpreter.get())) : null;
    if (elf.hasExecutableStack()) {
      makeStackExecutable(mm);
    }
    ElfLoader loader = new ElfLoader(cpu, mm, pages.memory(), program.file(), elf);
    loader.program(second == null ? 0 : layout.programBase());
    loader.tell(layout.heapShift());
    long entry = loader.entry();
    long base = 0;
    if (second != null) {
      ElfLoader other = new ElfLoader(cpu, mm, pages.memory(), interpreter.get(), second);
      other.interpreter();
      entry = other.entry();
      base = other.bias();
    }
    if (Long.compareUnsigned(entry, mm.taskSize()) >= 0) {
      throw new ExecException(Errno.EINVAL, "it begins at 0x" + Long.toHexString(entry));
    }
    long code = vdso.map(cpu, mm);
    long headers = loader.bias() + headersAddress(elf);
    int count = elf.segments().size();
    var facts = new StackImage.Facts(headers, count, base, loader.entry(), code);
    writeStack(mm, layout, program, facts);
    return entry;
  }

  private static long headersAddress(ElfFile elf) {
    for (ElfSegment segment : elf.segments()) {
      long into = elf.headersOffset() - segment.offset();
      if (segment.isLoad() && into >= 0 && into < segment.fileBytes()) {
        return segment.address() + into;
      }
    }
    return 0;
  }

  private void makeStackExecutable(MmStruct mm) throws ExecException {
    long stack = mm.lookup(mm.startStack());
    VmAreaStruct areas = pages.spaces().areas();
    long bytes = areas.end(stack) - areas.start(stack);
    long prot = PROT_READ | PROT_WRITE | PROT_EXEC;
    long result = Mprotect.mprotect(cpu, mm, areas.start(stack), bytes, prot);
    if (result != 0) {
      throw new ExecException((int) -result, "the stack cannot be made executable");
    }
  }

  private void writeStack(MmStruct mm, MmapLayout layout, Program program, StackImage.Facts facts)
      throws ExecException {
    StackImage image =
        StackImage.of(layout.stackTop(), program.path(), program.argv(), program.envp(), facts);
    long most = Long.divideUnsigned(mm.limits().stack(), SHARE_OF_STACK);
    if (Long.compareUnsigned(image.bytes().length, most) > 0) {
      throw new ExecException(
          Errno.E2BIG, image.bytes().length + " bytes of arguments are above " + most);
    }
    MemorySegment bytes = MemorySegment.ofArray(image.bytes());
    if (pages.memory().copyToUser(cpu, mm, image.address(), bytes, false) != 0) {
      throw new ExecException(Errno.EFAULT, "the stack cannot be written");
    }
  }
}
