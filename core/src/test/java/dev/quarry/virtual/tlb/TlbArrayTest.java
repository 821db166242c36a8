package dev.quarry.virtual.tlb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An array against a map with the same replacement, after each of many random operations. */
class TlbArrayTest {
  private static final int OPERATIONS = 20_000;

  @ParameterizedTest
  @CsvSource({
    "64,4,LRU",
    "48,12,LRU",
    "16,16,LRU",
    "64,64,LRU",
    "20,20,LRU",
    "8,1,LRU",
    "6,3,LRU",
    "64,4,TREE",
    "32,32,TREE",
    "8,8,TREE",
    "4,2,TREE"
  })
  void holdsWhatTheModelHolds(int entries, int ways, Replacement replacement) {
    long seed = 31L * entries + ways;
    Random random = new Random(seed);
    TlbArray array = new TlbArray(entries, ways, replacement);
    int sets = entries / ways;
    List<SetModel> model = new ArrayList<>();
    for (int i = 0; i < sets; i++) {
      model.add(replacement == Replacement.LRU ? new LruModel(ways) : new TreeModel(ways));
    }
    for (int i = 0; i < OPERATIONS; i++) {
      long page = random.nextInt(3 * entries);
      SetModel set = model.get((int) page & sets - 1);
      String where = "seed " + seed + ", operation " + i + ", page " + page;
      if (random.nextInt(10) == 0) {
        assertThat(array.remove(page, page)).as(where).isEqualTo(set.remove(page));
        continue;
      }
      int at = array.find(page, page);
      Long expected = set.use(page);
      if (expected == null) {
        assertThat(at).as(where).isEqualTo(TlbArray.MISS);
        array.insert(page, page, i);
        set.put(page, i);
      } else {
        assertThat(at).as(where).isNotEqualTo(TlbArray.MISS);
        assertThat(array.value(at)).as(where).isEqualTo(expected);
      }
    }
  }

  private interface SetModel {
    Long use(long key);

    void put(long key, long value);

    boolean remove(long key);
  }

  /** The JDK's map in the order of access. */
  private static final class LruModel implements SetModel {
    private final Map<Long, Long> map;

    LruModel(int ways) {
      map =
          new LinkedHashMap<>(ways, 1, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
              return size() > ways;
            }
          };
    }

    @Override
    public Long use(long key) {
      return map.get(key);
    }

    @Override
    public void put(long key, long value) {
      map.put(key, value);
    }

    @Override
    public boolean remove(long key) {
      return map.remove(key) != null;
    }
  }

  /** A tree of nodes, each of which knows the side to be replaced. */
  private static final class TreeModel implements SetModel {
    private final Node root;

    TreeModel(int ways) {
      root = new Node(ways);
    }

    private static final class Node {
      Node left;
      Node right;
      boolean rightIsNext;
      Long key;
      Long value;

      Node(int leaves) {
        if (leaves > 1) {
          left = new Node(leaves / 2);
          right = new Node(leaves / 2);
        }
      }

      /** The leaf of a key; the way to it points away from it, or at it. */
      Node find(long wanted, boolean pointAtIt) {
        if (left == null) {
          return key != null && key == wanted ? this : null;
        }
        Node inLeft = left.find(wanted, pointAtIt);
        Node found = inLeft != null ? inLeft : right.find(wanted, pointAtIt);
        if (found != null) {
          rightIsNext = (inLeft != null) != pointAtIt;
        }
        return found;
      }
    }

    @Override
    public Long use(long key) {
      Node leaf = root.find(key, false);
      return leaf == null ? null : leaf.value;
    }

    @Override
    public void put(long key, long value) {
      Node node = root;
      while (node.left != null) {
        boolean right = node.rightIsNext;
        node.rightIsNext = !right;
        node = right ? node.right : node.left;
      }
      node.key = key;
      node.value = value;
    }

    @Override
    public boolean remove(long key) {
      Node leaf = root.find(key, true);
      if (leaf == null) {
        return false;
      }
      leaf.key = null;
      return true;
    }
  }
}
