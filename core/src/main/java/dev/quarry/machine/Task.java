package dev.quarry.machine;

/** Whose work a CPU does: what reports say of {@code current}. */
public interface Task {
  /** {@code TASK_COMM_LEN} - 1: the most bytes of a name. */
  int MOST_NAME = 15;

  /** What reports call the kernel's own work, which is nobody's. */
  Task KERNEL =
      new Task() {
        @Override
        public int pid() {
          return 1;
        }

        @Override
        public String comm() {
          return "quarry";
        }

        @Override
        public int oomScoreAdj() {
          return 0;
        }
      };

  /** Who takes a swap area out of use, and gives that up rather than that others die for it. */
  Task SWAPOFF =
      new Task() {
        @Override
        public int pid() {
          return KERNEL.pid();
        }

        @Override
        public String comm() {
          return "swapoff";
        }

        @Override
        public int oomScoreAdj() {
          return 0;
        }
      };

  /** Its number. */
  int pid();

  /** Its name: {@code comm}. */
  String comm();

  /** How much rather than others it is killed, -1000 (never) to 1000. */
  int oomScoreAdj();
}
