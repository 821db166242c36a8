package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.observe.PageMap;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import dev.quarry.virtual.space.Errno;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** process_vm_readv and process_vm_writev, as the kernel has them. */
class RemoteAccessTest {
  private static final long PAGE = 4096;
  private static final long AT = 0x2000_0000L;
  private static final long ANON = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

  private Machine machine;
  private Cpu cpu;
  private Process own;
  private Process other;
  private SystemCalls calls;

  @BeforeEach
  void twoProcesses() {
    machine = FaultMachines.of(PageTableLayout.X86_64);
    cpu = machine.cpu(0);
    own = machine.processes().spawn(cpu);
    other = machine.processes().spawn(cpu);
    calls = new SystemCalls(cpu, own);
    calls.mmap(AT, 8 * PAGE, 3, ANON, -1, 0);
    calls(other).mmap(AT, 2 * PAGE, 3, ANON, -1, 0);
  }

  @AfterEach
  void allIsSound() {
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  private SystemCalls calls(Process process) {
    return new SystemCalls(cpu, process);
  }

  private long read(List<IoVec> local, List<IoVec> remote) {
    return calls.processVmReadv(other, local, remote);
  }

  private long write(List<IoVec> local, List<IoVec> remote) {
    return calls.processVmWritev(other, local, remote);
  }

  private static List<IoVec> at(long address, long bytes) {
    return List.of(new IoVec(address, bytes));
  }

  @Test
  void partsOfAllSizesFollowEachOther() {
    other.store(cpu, AT + PAGE - 4, 8, 0x1122334455667788L);
    List<IoVec> local = List.of(new IoVec(AT, 3), new IoVec(AT + PAGE, 0), new IoVec(AT + 3, 5));
    List<IoVec> remote = List.of(new IoVec(AT + PAGE - 4, 2), new IoVec(AT + PAGE - 2, 6));
    assertThat(read(local, remote)).isEqualTo(8);
    assertThat(own.load(cpu, AT, 8)).isEqualTo(0x1122334455667788L);
    assertThat(write(at(AT, 8), at(AT, 8))).isEqualTo(8);
    assertThat(other.load(cpu, AT, 8)).isEqualTo(0x1122334455667788L);
    assertThat(read(at(AT, 2), at(AT, 8))).as("the shorter side counts").isEqualTo(2);
  }

  @Test
  void whatCannotBeReachedEndsIt() {
    long end = AT + 2 * PAGE;
    assertThat(read(at(AT, 10), at(end - 4, 10))).isEqualTo(4);
    assertThat(read(at(AT, 10), at(end, 10))).isEqualTo(-Errno.EFAULT);
    assertThat(read(at(AT + 8 * PAGE, 8), at(AT, 8))).isEqualTo(-Errno.EFAULT);
    assertThat(read(at(AT, -1), at(AT, 8))).isEqualTo(-Errno.EINVAL);
    assertThat(read(at(AT, 8), at(AT, -1))).isEqualTo(-Errno.EINVAL);
    assertThat(read(at(-PAGE, 8), at(AT, 8))).isEqualTo(-Errno.EFAULT);
    assertThat(read(at(AT, 0), at(end, 8))).isZero();
    assertThat(calls(other).mprotect(AT, PAGE, 1)).isZero();
    assertThat(write(at(AT, 8), at(AT, 8))).isEqualTo(-Errno.EFAULT);
  }

  @Test
  void theOthersPagesComeFirstAndTheCallerPaysForThem() {
    long before = own.mm().minFaults();
    assertThat(read(at(AT + 8 * PAGE, 8), at(AT, 2 * PAGE))).isEqualTo(-Errno.EFAULT);
    assertThat(own.mm().minFaults() - before).as("two pages of zeros there").isEqualTo(2);
    assertThat(other.mm().minFaults()).isZero();
    assertThat(PageMap.isPresent(PageMap.word(other.mm(), AT + PAGE))).isTrue();
    before = own.mm().minFaults();
    assertThat(write(at(AT, 8), at(AT + 2 * PAGE, 8))).isEqualTo(-Errno.EFAULT);
    assertThat(own.mm().minFaults() - before).as("its own page is not touched").isZero();
  }

  @Test
  void aPageThatTwoShareIsCopiedBeforeItIsHeld() {
    other.store(cpu, AT, 8, 7);
    Process child = machine.processes().fork(cpu, other);
    assertThat(PageMap.word(other.mm(), AT) & PageMap.EXCLUSIVE).isZero();
    assertThat(read(at(AT, 8), at(AT, 8))).isEqualTo(8);
    assertThat(own.load(cpu, AT, 8)).isEqualTo(7);
    assertThat(PageMap.word(other.mm(), AT) & PageMap.EXCLUSIVE).isNotZero();
    assertThat(PageMap.word(child.mm(), AT) & PageMap.EXCLUSIVE).isNotZero();
    child.store(cpu, AT, 8, 8);
    assertThat(other.load(cpu, AT, 8)).isEqualTo(7);
  }
}
