package dev.mneme.memory.context;

import java.util.Iterator;
import java.util.List;

/**
 * What a search found, best first, and how far the answer can be trusted.
 *
 * <p>A store in this process is always {@link Freshness#LIVE}: it searches all or throws. One behind a network may answer
 * from what it still has while its server is away; a host that must not act on half the truth looks at {@link #freshness()}
 * before it looks at the hits.
 *
 * @param list the hits, best first; unmodifiable
 * @param freshness whether this is the whole and current truth
 * @param reason why it is not, in words for an operator; empty when {@link Freshness#LIVE}
 */
public record Hits(List<Hit> list, Freshness freshness, String reason) implements Iterable<Hit> {

    /**
     * @throws IllegalArgumentException if the answer is not live and gives no reason, or is live and gives one
     */
    public Hits {
        list = List.copyOf(list);
        if ((freshness == Freshness.LIVE) != reason.isEmpty()) {
            throw new IllegalArgumentException("an answer must have a reason if and only if it is not LIVE, was "
                    + freshness + (reason.isEmpty() ? " without one" : " with one"));
        }
    }

    /** An answer from all that is stored. */
    public static Hits live(List<Hit> list) {
        return new Hits(list, Freshness.LIVE, "");
    }

    /** No hits because nothing could be searched: an answer for a fallback, honest about itself. */
    public static Hits none(String reason) {
        return new Hits(List.of(), Freshness.PARTIAL, reason);
    }

    @Override
    public Iterator<Hit> iterator() {
        return list.iterator();
    }

    public int size() {
        return list.size();
    }

    public boolean isEmpty() {
        return list.isEmpty();
    }

    /** The ids of the hits, best first. */
    public List<String> ids() {
        return list.stream().map(Hit::id).toList();
    }
}
