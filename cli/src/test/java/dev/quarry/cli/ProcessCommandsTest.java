package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands of processes refuse, and what they answer. */
class ProcessCommandsTest {
  private static final String BEFORE =
      "boot course\np = spawn\np: a = mmap 64K\nq = fork p\nexit q\n";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "q: load a            | 6:1: process 2 is gone",
        "fork q               | 6:6: process 2 is gone",
        "exit q               | 6:6: process 2 is gone",
        "draw areas q         | 6:12: process 2 is gone",
        "p: process_vm_readv q a a 4 | 6:21: process 2 is gone",
        "cat /proc/2/maps     | 6:5: there is no process 2",
        "cat /proc/1/map      | 6:5: process 1 has no file map,",
        "r: load a            | 6:1: \"r\" is not a process; p = spawn makes one",
        "a: load a            | 6:1: \"0x7ffff7fef000\" is not a process",
        "p: lood a            | 6:4: \"lood\" is not a command; did you mean load?",
        "mmap 4K              | 6:1: \"mmap\" is a process's command: p: mmap",
        "p: boot tiny         | 6:4: \"boot\" is nobody's command",
        "p:                   | 6:1: a process's command is written: NAME: COMMAND",
        ": load a             | 6:1: a process's command is written: NAME: COMMAND",
        "p: mmap 64K rx anom  | 6:16: \"anom\" is none of r, w,",
        "p: mmap 64K wr       | 6:13: \"wr\" is none of",
        "p: mmap 64K private shared | 6:21: \"shared\": a mapping is private or shared, only once",
        "p: mmap 64K file     | 6:4: mmap needs a file behind",
        "p: mmap 64K file nowhere.txt | 6:18: \"nowhere.txt\" is not a file",
        "p: mmap 64K file .   | 6:18: \".\" is not a file",
        "p: mmap 64K fixed=b  | 6:19: \"b\" is not an address",
        "p: mmap              | 6:4: mmap needs a length such as 64K",
        "p: load a+b          | 6:9: \"a+b\" is not an address",
        "p: load a+           | 6:9: \"a+\" is not an address",
        "p: load a-a-1        | 6:9: a-a-1 is below 0: it wraps around",
        "p: load a+0xffffffffffffffff | 6:9: a+0xffffffffffffffff is beyond the largest, 2^64 - 1",
        "p: load a bytes=9    | 6:17: bytes 9 is not 1 to 8",
        "p: store a           | 6:4: store needs an address",
        "p: store a x         | 6:12: \"x\" is not a size",
        "p: store a \"\"      | 6:12: 0 bytes of text are not 1 to 4096",
        "p: store a 1 2       | 6:14: store takes 2 words, not also \"2\"",
        "p: munmap 0x1000     | 6:11: 4096 is no mapping's name: a length must follow",
        "p: mprotect a 4K rv  | 6:18: \"rv\" is none of r, w, x, rw, rx, rwx, none",
        "p: madvise a dontned | 6:14: \"dontned\" is none of normal,",
        "p: mlockall          | 6:4: mlockall needs current, future or onfault",
        "p: mlock a 4K now    | 6:15: \"now\" is none of onfault",
        "p: mremap a 64K 1M movable | 6:20: \"movable\" is none of maymove, dontunmap",
        "p: steps brk         | 6:10: \"brk\" is neither mmap nor munmap",
        "p: copy_from_user a 2M | 6:21: 2097152 bytes are not 0 to 1 MiB",
        "p: tmpfile 2G        | 6:12: 2147483648 bytes are above 1 GiB",
        "p: tmpfile 4 hello   | 6:14: 5 bytes of text are more than the file's 4",
        "p: load a atomic=yes | 6:11: load has no option atomic=",
        "p: open README.md as=x | 6:22: \"x\" is none of file, disk",
        "p: copy_from_user a 4K atomic=maybe | 6:31: atomic is yes or no, not \"maybe\"",
        "spawn layout=flat    | 6:14: \"flat\" is none of fixed, random, legacy",
        "draw pagetable p     | 6:1: draw needs an address",
        "draw pagetable p 0x1000000000000 | 6:18: 0x1000000000000 is not canonical",
        "draw areas           | 6:1: draw needs a process",
        "on_disk a            | 6:9: \"0x7ffff7fef000\" is no file of the host",
        "p.brkk               | 6:1: \"p\" has no part \"brkk\"; did you mean brk?",
        "p: x = mmap 64T r noreserve; p: mincore x | the script has used up its 5,000,000 steps",
        "echo 3 > /proc/sys/vm/overcommit_memory | 6:6: overcommit_memory 3 is not 0 to 2",
        "boot tiny; p: load a | 7:1: \"p\" is not a process; p = spawn makes one",
      })
  void mistakesAreRefusedWithTheirPlace(String command, String why) {
    Cli.Result result = Cli.script(BEFORE + command.replace("; ", "\n"));
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).startsWith("stdin:").contains(why).doesNotContain("at dev.quarry");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mmap 0                          | EINVAL",
        "mmap -1                         | ENOMEM",
        "mmap 4K rw shared private_none  | ",
        "mmap 4K rw anon fixed=0x1234    | EINVAL",
        "mmap 4K rw anon fixed=0x1000    | EPERM",
        "mmap 4K noreplace fixed=a       | EEXIST",
        "mmap 4K offset=1                | EINVAL",
        "mmap 4K file 7                  | EBADF",
        "mmap 2M hugetlb                 | ENOMEM",
        "mmap 128T                       | ENOMEM",
        "munmap a+1 4K                   | EINVAL",
        "munmap a 0                      | EINVAL",
        "munmap 0xffffffffffffffff 4K    | EINVAL",
        "mprotect a 1M none              | ENOMEM",
        "mremap a 64K 0                  | EINVAL",
        "mremap a+1M 4K 8K               | EFAULT",
        "mlock 0x1000 4K                 | ENOMEM",
        "mincore a+1 4K                  | EINVAL",
        "mincore a 1M                    | ENOMEM",
        "madvise a+1 4K dontneed         | EINVAL",
        "madvise a 1M willneed           | ENOMEM",
        "msync a 4K sync async           | EINVAL",
        "brk 0x1000                      | ENOMEM",
        "ftruncate 9 4K                  | EBADF",
        "close 9                         | EBADF",
        "process_vm_readv p 0x1000 a 8   | EFAULT",
      })
  void errorNumbers(String call, String errno) {
    String script = BEFORE + "p: e = " + call + "\nprint e.errno\n";
    Cli.Result result = Cli.script(script);
    if (errno == null) {
      assertThat(result.code()).isEqualTo(2);
      return;
    }
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("e = " + errno + ": ").endsWith("\n" + errno + "\n");
  }

  /** What an access ends in: signal, code, leaf. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "load m-1             | SIGSEGV SEGV_MAPERR no area",
        "load 0               | SIGSEGV SEGV_MAPERR no area",
        "load 0xffff888000000000 | SIGSEGV SEGV_MAPERR kernel half",
        "load 0x1000000000000 | SIGSEGV SI_KERNEL not canonical",
        "store a+16K 1        | SIGSEGV SEGV_ACCERR access denied",
        "fetch a              | SIGSEGV SEGV_ACCERR access denied",
        "store m+8K 1         | SIGBUS BUS_ADRERR beyond file",
        "store p.stack-9M 1   | SIGSEGV SEGV_MAPERR stack refused",
        "kernel_load 8        | oops  oops",
      })
  void signals(String access, String end) {
    String script =
        BEFORE
            + "p: store a 1\np: mprotect a+16K 4K r\np: f = memfd x 8K\np: m = mmap 64K shared file f\n"
            + "p: e = "
            + access
            + "\nprint e.signal e.code e.leaf\n";
    Cli.Result result = Cli.script(script);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).endsWith("\n" + end + "\n");
  }

  @Test
  void aFileOfTheHost() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "what the host has");
    String script =
        """
        boot course
        p = spawn
        p: a = mmap 4K r private file "FILE"
        p: load a text=40
        p: f = open "FILE"
        p: e = mmap 4K rw shared file f
        expect e.errno == EACCES
        p: g = open "FILE" rw
        p: b = mmap 4K rw shared file g
        p: store b "WHAT"
        p: load a text=4
        exit p
        """
            .replace("FILE", file.toString());
    Cli.Result result = Cli.script(script);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("\"what the host has\": file read", "\"WHAT\": no fault");
    assertThat(file).hasContent("WHAT the host has");
  }

  @Test
  void whatALoopDoesIsNotShown() {
    Cli.Result result =
        Cli.script(
            BEFORE
                + "repeat 3 { p: store a 1; p: load a; p: mprotect a r; p: mprotect a rw; p: load 0 }");
    assertThat(result.out().lines().skip(7).toList())
        .containsExactly(
            "in the loop 3 failed; first: SIGSEGV (SEGV_MAPERR) at 0x0: no area, no area holds the"
                + " address");
  }

  @Test
  void kernelAccess() {
    Cli.Result result =
        Cli.script(
            BEFORE
                + """
                p: c = copy_from_user a+60K 8K
                expect c.left == 4096
                expect c.copied == 4096
                p: c = copy_to_user a+65530 "ten bytes."
                expect c.left == 4
                p: load a+65530 text=6
                p: madvise a dontneed
                p: c = copy_from_user a 8K atomic=yes
                expect c.left == 8192
                p: kernel_load a
                dmesg
                p: kernel_load a+1M
                dmesg
                p: kernel_load 0xffff888000001000
                r = spawn
                r: b = mmap 4K
                r: process_vm_writev p a b 5
                r: process_vm_readv p a b 8K
                """);
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("\"ten by\": no fault")
        .contains("oops at 0x7ffff80ef000: no fixup in the exception table\nBUG: unable to handle")
        .contains("5 of 5 bytes copied; zero page, cow zero page\n")
        .contains("4096 of 8192 bytes copied; ");
  }
}
