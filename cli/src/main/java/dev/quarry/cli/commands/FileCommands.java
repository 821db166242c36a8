package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.HostFile;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Files that processes open: the host's, temporary ones, and memory that has a descriptor. */
final class FileCommands {
  private static final String CHAPTER = "processes: files";
  private static final long MOST_BYTES = 1L << 30;
  private static final int MOST_TEXT = 4096;
  private static final long MOST_NUMBERED = 1L << 20;
  private static final List<String> KINDS = List.of("file", "disk");
  private static final List<String> FILLS = List.of("zeros", "numbered");

  private FileCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            Processing.command(
                    CHAPTER,
                    "open PATH [rw] [as=disk]",
                    "opens a file of the host, for reading if nothing else is said",
                    "s = spawn\ns: f = tmpfile 8K\ns: a = mmap 8K r private file f",
                    FileCommands::open)
                .withNotes("as=disk: as a disk, whose pages are Buffers"))
        .add(
            Processing.command(
                    CHAPTER,
                    "tmpfile BYTES [TEXT] [fill=WORD]",
                    "opens a new temporary file, which begins with a text",
                    "s = spawn\ns: f = tmpfile 8K \"hello\"\ns: a = mmap 8K rw shared file f",
                    FileCommands::tmpfile)
                .withNotes("fill=numbered: byte I of it is 1 + I/4096 + I%7; else zeros"))
        .add(
            Processing.command(
                CHAPTER,
                "readahead FILE [cpu=N]",
                "reads all of a file into memory",
                "s = spawn\ns: f = tmpfile 8K\ns: readahead f",
                FileCommands::readAhead))
        .add(
            Processing.command(
                CHAPTER,
                "memfd NAME [BYTES]",
                "makes memory that has a descriptor",
                "s = spawn\ns: f = memfd buffer 64K\ns: a = mmap 64K rw shared file f",
                FileCommands::memfd));
    addOthers(registry);
  }

  private static void addOthers(Registry registry) {
    registry
        .add(
            Processing.command(
                CHAPTER,
                "ftruncate FILE BYTES [cpu=N]",
                "makes a file shorter or longer",
                "s = spawn\ns: f = memfd buffer\ns: ftruncate f 64K",
                FileCommands::ftruncate))
        .add(
            Processing.command(
                CHAPTER,
                "close FILE [cpu=N]",
                "closes a descriptor; mappings keep the file",
                "s = spawn\ns: f = memfd buffer\ns: close f",
                FileCommands::close))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "on_disk FILE [offset=N] [text=N]",
                "shows what the host's file holds, past the page cache",
                "s = spawn\ns: f = tmpfile 8K \"hello\"\non_disk f",
                FileCommands::onDisk))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "drop_caches",
                "gives up pages of files that are clean and mapped nowhere",
                "s = spawn\ndrop_caches",
                FileCommands::dropCaches));
  }

  /** The descriptor that a word says: a file's value, a number, or a path that is opened. */
  static int descriptor(Processing it, int index) {
    return it.call()
        .read(
            index,
            "a file",
            value ->
                switch (value) {
                  case FileValue file -> file.fd();
                  case Value.Number(long number) -> (int) number;
                  default -> opened(it, value.word(), false, false).fd();
                });
  }

  private static FileValue opened(Processing it, String name, boolean write, boolean disk) {
    Path path = path(name);
    try {
      PageCaches caches = it.processes().pages().caches();
      HostFile file = disk ? caches.openDevice(path, name, write) : caches.open(path, name, write);
      return value(it, file, path);
    } catch (IOException e) {
      throw new IllegalArgumentException(name + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private static Path path(String name) {
    Path path;
    try {
      path = Path.of(name);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("\"" + name + "\" is no file's name", e);
    }
    if (name.isEmpty() || !Files.isRegularFile(path)) {
      throw new IllegalArgumentException("\"" + name + "\" is not a file that can be mapped");
    }
    if (!Files.isReadable(path)) {
      throw new IllegalArgumentException("\"" + name + "\" may not be read");
    }
    return path;
  }

  private static FileValue value(Processing it, CachedFile file, Path path) {
    return new FileValue(it.process().open(file), file, path);
  }

  private static Value open(Processing it) {
    it.call().atMost(2);
    String mode = it.call().size() > 1 ? it.call().literal(1, "r or rw") : "r";
    if (!mode.equals("r") && !mode.equals("rw")) {
      throw it.call().refuse(1, "\"" + mode + "\" is neither r nor rw");
    }
    String as = it.call().option("as", value -> ProcessCommands.oneOf(value, KINDS), "file");
    return it.call()
        .read(0, "a path", v -> opened(it, v.word(), mode.equals("rw"), as.equals("disk")));
  }

  private static Value tmpfile(Processing it) {
    it.call().atMost(2);
    long bytes = it.bytes(0);
    if (bytes < 0 || bytes > MOST_BYTES) {
      throw it.call().refuse(0, Long.toUnsignedString(bytes) + " bytes are above 1 GiB");
    }
    String fill = it.call().option("fill", v -> ProcessCommands.oneOf(v, FILLS), "zeros");
    byte[] text =
        fill.equals("numbered")
            ? numbered(Math.min(bytes, MOST_NUMBERED))
            : it.call().wordOr(1, "").getBytes(StandardCharsets.UTF_8);
    if (text.length > bytes) {
      throw it.call().refuse(1, text.length + " bytes of text are more than the file's " + bytes);
    }
    try {
      TemporaryFiles all = it.session().attached(TemporaryFiles.class, TemporaryFiles::new);
      TemporaryFiles.Made made = all.make(bytes, text);
      var file = it.processes().pages().caches().open(made.path(), made.name(), true);
      return value(it, file, made.path());
    } catch (IOException e) {
      throw new IllegalStateException("no temporary file can be made: " + e.getMessage(), e);
    }
  }

  /** Bytes of which each page has its own. */
  private static byte[] numbered(long count) {
    byte[] bytes = new byte[(int) count];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (1 + (i >>> PageTableLayout.PAGE_SHIFT) + i % 7);
    }
    return bytes;
  }

  private static Value readAhead(Processing it) {
    it.call().atMost(1);
    int fd = descriptor(it, 0);
    if (!(it.process().file(fd) instanceof CachedFile file)) {
      return new ErrnoFailure(Errno.EBADF, "");
    }
    it.spend(file.cache().bytes());
    file.cache().ahead().force(it.cpu(), 0, file.cache().filePages());
    return Value.NOTHING;
  }

  private static Value memfd(Processing it) {
    it.call().atMost(2);
    String name = it.call().word(0, "a name");
    long bytes = it.call().size() > 1 ? it.bytes(1) : 0;
    int fd = it.calls().memfdCreate(name);
    long result = it.calls().ftruncate(fd, bytes);
    CachedFile file = (CachedFile) Objects.requireNonNull(it.process().file(fd));
    return ErrnoFailure.or(result, new FileValue(fd, file, FileValue.NOWHERE));
  }

  private static Value ftruncate(Processing it) {
    it.call().atMost(2);
    int fd = descriptor(it, 0);
    long bytes = it.bytes(1);
    if (bytes > MOST_BYTES && !(it.process().file(fd) instanceof CachedFile f && f.isShmem())) {
      throw it.call().refuse(1, bytes + " bytes are above 1 GiB, the most for a file of the host");
    }
    return ErrnoFailure.or(it.calls().ftruncate(fd, bytes), Value.NOTHING);
  }

  private static Value close(Processing it) {
    it.call().atMost(1);
    boolean closed = it.process().close(it.cpu(), descriptor(it, 0));
    return closed ? Value.NOTHING : new ErrnoFailure(Errno.EBADF, "");
  }

  private static Value onDisk(Call call, Session session) {
    call.atMost(1);
    int most = call.number("text", 64, 1, MOST_TEXT);
    long offset = UserAddresses.option(call, session, "offset", 0);
    return call.read(0, "a file", value -> new Value.Text(onDisk(value, offset, most)));
  }

  private static String onDisk(Value value, long offset, int most) {
    if (!(value instanceof FileValue file) || file.path().equals(FileValue.NOWHERE)) {
      throw new IllegalArgumentException("\"" + value.word() + "\" is no file of the host");
    }
    try (var channel = Files.newByteChannel(file.path())) {
      byte[] bytes = new byte[Math.clamp(channel.size() - offset, 0, most)];
      channel.position(Math.max(0, offset));
      int got = bytes.length == 0 ? 0 : channel.read(ByteBuffer.wrap(bytes));
      return AccessCommands.cString(new String(bytes, 0, Math.max(0, got), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalArgumentException(file.file().name() + ": " + e.getMessage(), e);
    }
  }

  private static Value dropCaches(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    long pages = machine.processes().pages().caches().drop(Booted.cpu(session, call));
    return new Value.Text(Counted.of(pages, "page") + " dropped");
  }
}
