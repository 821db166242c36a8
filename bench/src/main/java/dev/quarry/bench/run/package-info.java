/**
 * How things are measured: in JVMs that JMH forks, in the program of C, in fresh processes; peers
 * and Quarry in turn, round after round, so that whatever else the machine does meets all of them.
 */
package dev.quarry.bench.run;
