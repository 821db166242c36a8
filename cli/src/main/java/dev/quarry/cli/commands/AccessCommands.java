package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Value;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.PteState;
import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.fault.UserMemory;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A process's loads and stores, those of others in its memory, and the kernel's. */
final class AccessCommands {
  private static final String CHAPTER = "processes: access";
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final int MOST_TEXT = 4096;
  private static final int MOST_COPIED = 1 << 20;

  private AccessCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            Processing.command(
                    CHAPTER,
                    "load ADDRESS [bytes=N] [text=N] [pages=N] [cpu=N]",
                    "loads a number or a text, with the page faults that come of it",
                    "s = spawn\ns: a = mmap 64K rw private anon\ns: load a+8",
                    AccessCommands::load)
                .withNotes(
                    "text= loads so many bytes as a text, up to a byte of 0\n"
                        + "pages= loads a number from each of so many pages; the last one is shown"))
        .add(
            Processing.command(
                    CHAPTER,
                    "store ADDRESS VALUE [bytes=N] [pages=N] [cpu=N]",
                    "stores a number or a text in quotes",
                    "s = spawn\ns: a = mmap 64K rw private anon\ns: store a+8 42",
                    AccessCommands::store)
                .withNotes("pages= stores it in each of so many pages"))
        .add(
            Processing.command(
                CHAPTER,
                "fetch ADDRESS [cpu=N]",
                "loads an instruction, as a jump there does",
                "s = spawn\ns: a = mmap 4K rx private anon\ns: fetch a",
                AccessCommands::fetch));
    addOthers(registry);
  }

  private static void addOthers(Registry registry) {
    String two = "s = spawn\ns: a = mmap 8K rw private anon\ns: store a \"text\"\nt = fork s\n";
    registry
        .add(
            Processing.command(
                CHAPTER,
                "process_vm_readv Q FROM TO BYTES [cpu=N]",
                "copies from another process's memory into its own",
                two + "t: process_vm_readv s a a+4K 4",
                it -> remote(it, false)))
        .add(
            Processing.command(
                CHAPTER,
                "process_vm_writev Q TO FROM BYTES [cpu=N]",
                "copies from its own memory into another process's",
                two + "t: process_vm_writev s a+4K a 4",
                it -> remote(it, true)))
        .add(
            Processing.command(
                    CHAPTER,
                    "copy_from_user FROM BYTES [atomic=yes] [cpu=N]",
                    "copies into the kernel; what was left of it",
                    "s = spawn\ns: a = mmap 4K rw private anon\ns: copy_from_user a 8K",
                    AccessCommands::copyFromUser)
                .withNotes("atomic=yes: where the kernel must not wait, page faults end it"))
        .add(
            Processing.command(
                CHAPTER,
                "copy_to_user TO TEXT [atomic=yes] [cpu=N]",
                "copies a text from the kernel; what was left of it",
                "s = spawn\ns: a = mmap 4K rw private anon\ns: copy_to_user a+4090 \"ten bytes.\"",
                AccessCommands::copyToUser))
        .add(
            Processing.command(
                CHAPTER,
                "kernel_load ADDRESS [bytes=N] [atomic=yes] [cpu=N]",
                "loads as the kernel where no exception table helps: else an oops",
                "s = spawn\ns: kernel_load 8",
                AccessCommands::kernelLoad));
  }

  private static int bytes(Processing it) {
    return it.call().number("bytes", Long.BYTES, 1, Long.BYTES);
  }

  private static int pages(Processing it) {
    int pages = it.call().number("pages", 1, 1, Integer.MAX_VALUE);
    it.session().spend(pages);
    return pages;
  }

  private static boolean atomic(Processing it) {
    return it.call()
        .option(
            "atomic",
            value -> {
              if (!value.word().equals("yes") && !value.word().equals("no")) {
                throw new IllegalArgumentException(
                    "atomic is yes or no, not \"" + value.word() + "\"");
              }
              return value.word().equals("yes");
            },
            false);
  }

  /** An access, which may end in a signal; {@code last} is where it ends. */
  private interface Access {
    String run(UserMemory memory);
  }

  private static Value access(Processing it, long last, Access access) {
    FaultWatch watch = FaultWatch.of(it.machine());
    LogTail tail = LogTail.of(it.machine());
    try {
      String loaded = access.run(it.processes().pages().memory());
      return new UserAccess(loaded, watch.orNone(), frame(it, last));
    } catch (UserFaultException e) {
      return SignalFailure.of(e, tail.text().isEmpty() ? "" : "dmesg has the kernel's report");
    }
  }

  private static long frame(Processing it, long address) {
    PteState state = it.process().mm().tables().state(address);
    // Reclaim may have taken it away again.
    return state instanceof PteState.Present present ? present.frame() : UserAccess.NO_FRAME;
  }

  private static Value load(Processing it) {
    it.call().atMost(1);
    long address = it.address(0);
    int text = it.call().number("text", 0, 1, MOST_TEXT);
    int bytes = bytes(it);
    int pages = pages(it);
    long last = address + ((pages - 1L) << PAGE_SHIFT);
    return access(
        it,
        last,
        memory -> {
          if (text > 0) {
            return text(it, memory, address, text);
          }
          for (long at = address; at != last; at += 1L << PAGE_SHIFT) {
            it.process().load(it.cpu(), at, bytes);
            it.processes().exitKilled(it.cpu());
          }
          return Long.toUnsignedString(it.process().load(it.cpu(), last, bytes));
        });
  }

  private static String text(Processing it, UserMemory memory, long address, int most) {
    byte[] got = new byte[most];
    memory.read(it.cpu(), it.process().mm(), address, MemorySegment.ofArray(got));
    return cString(new String(got, StandardCharsets.UTF_8));
  }

  /** A text up to its first byte of 0, in quotes. */
  static String cString(String text) {
    int end = text.indexOf('\0');
    return "\"" + (end < 0 ? text : text.substring(0, end)) + "\"";
  }

  private static Value store(Processing it) {
    it.call().atMost(2);
    long address = it.address(0);
    byte[] text = it.call().isQuoted(1) ? text(it) : new byte[0];
    long number = text.length > 0 ? 0 : Addresses.of(it.call(), 1);
    int bytes = bytes(it);
    int pages = pages(it);
    long last = address + ((pages - 1L) << PAGE_SHIFT);
    return access(
        it,
        last,
        memory -> {
          for (long at = address; ; at += 1L << PAGE_SHIFT) {
            if (text.length > 0) {
              memory.write(it.cpu(), it.process().mm(), at, MemorySegment.ofArray(text));
            } else {
              it.process().store(it.cpu(), at, bytes, number);
            }
            if (at == last) {
              return "";
            }
            it.processes().exitKilled(it.cpu());
          }
        });
  }

  private static byte[] text(Processing it) {
    byte[] text = it.call().word(1, "a value").getBytes(StandardCharsets.UTF_8);
    if (text.length == 0 || text.length > MOST_TEXT) {
      throw it.call().refuse(1, text.length + " bytes of text are not 1 to " + MOST_TEXT);
    }
    return text;
  }

  private static Value fetch(Processing it) {
    it.call().atMost(1);
    long address = it.address(0);
    return access(
        it,
        address,
        memory -> {
          memory.fetch(it.cpu(), it.process().mm(), address);
          return "";
        });
  }

  private static Value remote(Processing it, boolean write) {
    it.call().atMost(4);
    var other = it.other(0);
    long there = it.address(1);
    long here = it.address(2);
    long bytes = it.bytes(3);
    it.session().spend(Math.max(1, Long.divideUnsigned(bytes, 1L << PAGE_SHIFT)));
    List<IoVec> remote = List.of(new IoVec(there, bytes));
    List<IoVec> local = List.of(new IoVec(here, bytes));
    FaultWatch watch = FaultWatch.of(it.machine());
    long done =
        write
            ? it.calls().processVmWritev(other, local, remote)
            : it.calls().processVmReadv(other, local, remote);
    return ErrnoFailure.or(
        done, new Value.Text(done + " of " + bytes + " bytes copied; " + watch.orNone()));
  }

  private static Value copyFromUser(Processing it) {
    it.call().atMost(2);
    long address = it.address(0);
    int bytes = it.count(1, MOST_COPIED);
    MemorySegment to = MemorySegment.ofArray(new byte[bytes]);
    FaultWatch watch = FaultWatch.of(it.machine());
    UserMemory memory = it.processes().pages().memory();
    long left = memory.copyFromUser(it.cpu(), it.process().mm(), to, address, atomic(it));
    return new CopyResult(left, bytes, watch.orNone());
  }

  private static Value copyToUser(Processing it) {
    it.call().atMost(2);
    long address = it.address(0);
    byte[] text = it.call().word(1, "a text").getBytes(StandardCharsets.UTF_8);
    FaultWatch watch = FaultWatch.of(it.machine());
    UserMemory memory = it.processes().pages().memory();
    MemorySegment from = MemorySegment.ofArray(text);
    long left = memory.copyToUser(it.cpu(), it.process().mm(), address, from, atomic(it));
    return new CopyResult(left, text.length, watch.orNone());
  }

  private static Value kernelLoad(Processing it) {
    it.call().atMost(1);
    long address = it.address(0);
    int bytes = bytes(it);
    refuseDevice(it, address);
    refuseDevice(it, address + bytes - 1);
    FaultWatch watch = FaultWatch.of(it.machine());
    LogTail tail = LogTail.of(it.machine());
    UserMemory memory = it.processes().pages().memory();
    try {
      long value = memory.kernelLoad(it.cpu(), it.process().mm(), address, bytes, atomic(it));
      String loaded = Long.toUnsignedString(value);
      return new Value.Text(loaded + ": " + watch.orNone());
    } catch (UserFaultException e) {
      return SignalFailure.of(e, tail.text());
    }
  }

  /** Registers of a device have no bytes here. */
  private static void refuseDevice(Processing it, long address) {
    PageTables tables = it.process().mm().tables();
    if (tables.layout().isCanonical(address)
        && tables.state(address) instanceof PteState.Present present
        && present.frame() >= it.machine().spec().endPfn()) {
      throw it.call().refuse(0, KernelArea.hex(address) + " shows a device, not RAM");
    }
  }
}
