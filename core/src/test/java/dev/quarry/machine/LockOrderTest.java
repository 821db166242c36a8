package dev.quarry.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Locks that are taken in two orders are found by one thread, and without any wait. */
class LockOrderTest {
  private static void both(SpinLock first, SpinLock then) {
    first.lock();
    try {
      then.lock();
      then.unlock();
    } finally {
      first.unlock();
    }
  }

  @Test
  void aCircleOfThreeIsFound() {
    SpinLock one = new SpinLock("test one");
    SpinLock two = new SpinLock("test two");
    SpinLock three = new SpinLock("test three");
    both(one, two);
    both(two, three);
    both(one, three);
    assertThatThrownBy(() -> both(three, one))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "test one is taken while test three is held, and elsewhere the other way round");
    assertThat(one.isHeld() || three.isHeld()).isFalse();
    assertThat(LockOrder.learnt().get("test one")).containsExactly("test three", "test two");
  }

  @Test
  void whoTriesDoesNotWait() {
    SpinLock one = new SpinLock("test four");
    SpinLock two = new SpinLock("test five");
    both(one, two);
    two.lock();
    assertThat(one.tryLock()).isTrue();
    one.unlock();
    two.unlock();
    both(one, two);
  }

  @Test
  void aLockIsNotTakenTwice() {
    SpinLock one = new SpinLock("test six");
    one.lock();
    assertThatThrownBy(one::lock).hasMessage("test six is held already by this thread");
    one.unlock();
    both(one, new SpinLock("test six")); // another one of its kind
  }
}
