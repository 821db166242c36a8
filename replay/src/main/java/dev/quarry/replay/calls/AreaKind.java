package dev.quarry.replay.calls;

import dev.quarry.virtual.space.FileMapping;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/** What an area is for. */
public enum AreaKind {
  PROGRAM("program"),
  INTERPRETER("interpreter"),
  FILE("mapped file"),
  HEAP("heap"),
  ANONYMOUS("anonymous"),
  SHARED("shared memory"),
  STACK("stack"),
  VDSO("vdso"),
  SEEN("not recorded");

  private final String words;

  AreaKind(String words) {
    this.words = words;
  }

  /** For a report. */
  public String words() {
    return words;
  }

  /** What the area at an address is for; {@link #SEEN} where there is none. */
  static AreaKind of(MmStruct mm, long address) {
    VmAreaStruct areas = mm.spaces().areas();
    long vma = mm.findVma(address);
    if (vma == VmAreaStruct.NONE) {
      return SEEN;
    }
    if (areas.has(vma, VmFlags.GROWSDOWN)) {
      return STACK;
    }
    if (areas.start(vma) > address) {
      return SEEN;
    }
    int handle = areas.file(vma);
    if (handle == VmAreaStruct.NO_FILE) {
      return address >= mm.startBrk() && address < mm.brk() ? HEAP : ANONYMOUS;
    }
    FileMapping file = mm.spaces().files().file(handle);
    return switch (file.name()) {
      case ModuleParts.PROGRAM -> PROGRAM;
      case ModuleParts.INTERPRETER -> INTERPRETER;
      case SeenMemory.NAME -> SEEN;
      case "[vdso]", "[vvar]", "[vvar_vclock]" -> VDSO;
      default -> file.isShmem() ? SHARED : FILE;
    };
  }
}
