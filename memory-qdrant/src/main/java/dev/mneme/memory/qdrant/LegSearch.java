package dev.mneme.memory.qdrant;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Freshness;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Bm25;
import dev.mneme.memory.context.spi.Conversation;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Leg;
import dev.mneme.memory.context.spi.Ranking;
import dev.mneme.memory.context.spi.Search;
import dev.mneme.memory.context.spi.Sessions;
import dev.mneme.memory.qdrant.PointCodec.Looked;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.Query;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.VectorInput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One search of one agent. The server chooses the candidates of both legs in one round trip; their scores in the text leg
 * are reckoned here, exactly, and both legs are ranked as every store ranks them.
 *
 * <p>Round trips: one for the candidates; one for the numbers of the agent, its terms and its keys of metadata, unless they
 * are cached (see {@link NumbersCache}); one for each thousand turns of the sessions that the candidates belong to, if the
 * profile asks for turns and there are any; one for the vectors of the candidates, if hits shall differ; one for the texts of
 * the hits.
 */
final class LegSearch {

    /** The server's order of the text leg is nearly ours: of so many times the candidates the best are among them. */
    private static final int OVER_FETCH = 2;

    /** So many turns around the candidates are looked at. */
    static final int MAX_TURNS = 10_000;

    /** A score of the server may differ by this from ours, which is single precision too but summed in another order. */
    private static final float TOLERANCE = 1e-5f;

    private final StoredPoints points;
    private final NumbersCache cache;
    private final Intake intake;
    private final AgentKey agent;
    private final Search search;
    private final Instant now;
    private final Filter mine;
    private final Filter filter;

    LegSearch(StoredPoints points, NumbersCache cache, Intake intake, AgentKey agent, Search search) {
        this.points = points;
        this.cache = cache;
        this.intake = intake;
        this.agent = agent;
        this.search = search;
        this.now = intake.now();
        this.mine = Mine.present(agent, now);
        this.filter = Mine.matching(agent, mine, search.filter());
    }

    Hits hits() {
        boolean asksTurns = !search.profile().isPlain();
        Set<String> terms = asksTurns ? AskedTerms.of(search) : search.terms();
        Set<String> keys = search.filter().map(Mine::metaKeys).orElse(Set.of());
        Numbers numbers = cache.get(agent, mine, now, terms, keys);
        search.filter().ifPresent(asked -> Intake.checkKinds(asked, numbers::kinds));
        if (numbers.count() == 0) {
            return Hits.live(List.of());
        }
        boolean turns = asksTurns && numbers.hasTurns();
        Candidates candidates = candidates(numbers, turns ? terms : search.terms());
        Leg plain = dense(candidates);
        if (!turns) {
            return answer(text(candidates, numbers), plain, "");
        }
        boolean all = addTurns(candidates);
        var rows = new FetchedRows(List.copyOf(candidates.records.values()), numbers);
        Sessions sessions = rows.sessions(intake::nameTerms);
        var conversation = new Conversation(search, rows, sessions);
        String reason =
                all ? "" : "of the turns around the candidates " + MAX_TURNS + " were looked at, there are more";
        return answer(conversation.text(), conversation.dense(plain), reason);
    }

    /** What was fetched so far, by the ids of the points, and the cosines of the dense leg. */
    private static final class Candidates {
        private final Map<String, Looked> records = new LinkedHashMap<>();
        private final Map<String, Float> cosines = new LinkedHashMap<>();
    }

    private Candidates candidates(Numbers numbers, Set<String> terms) {
        var questions = new ArrayList<QueryPoints>();
        boolean asksDense = search.unit().isPresent();
        search.unit().ifPresent(unit -> questions.add(near(unit)));
        Map<String, Double> weights = weights(numbers, terms);
        if (!weights.isEmpty()) {
            questions.add(holding(weights));
        }
        var candidates = new Candidates();
        if (questions.isEmpty()) {
            return candidates;
        }
        List<BatchResult> answers = points.query(questions);
        for (int i = 0; i < answers.size(); i++) {
            for (ScoredPoint point : answers.get(i).getResultList()) {
                String id = point.getId().getUuid();
                candidates.records.computeIfAbsent(id, any -> PointCodec.looked(point.getPayloadMap()));
                if (asksDense && i == 0) {
                    candidates.cosines.put(id, point.getScore());
                }
            }
        }
        return candidates;
    }

    private QueryPoints near(float[] unit) {
        QueryPoints.Builder question = points.asking(filter, Schema.LOOKED_AT)
                .setUsing(Schema.DENSE)
                .setQuery(Query.newBuilder().setNearest(VectorInput.newBuilder().setDense(PointCodec.dense(unit))))
                .setLimit(limit());
        if (search.query().minSimilarity() > -1) {
            question.setScoreThreshold((float) search.minCosine() - TOLERANCE);
        }
        return question.build();
    }

    private QueryPoints holding(Map<String, Double> weights) {
        return points.asking(filter, Schema.LOOKED_AT)
                .setUsing(Schema.WORDS)
                .setQuery(Query.newBuilder().setNearest(VectorInput.newBuilder().setSparse(SparseWords.of(weights))))
                .setLimit(limit())
                .build();
    }

    private long limit() {
        return (long) OVER_FETCH * Ranking.candidates(search.query());
    }

    /** How telling each term is among this agent's records; those that none of them holds are left out. */
    private Map<String, Double> weights(Numbers numbers, Set<String> terms) {
        Map<String, Double> weights = new HashMap<>();
        for (String term : terms) {
            long holding = numbers.holding(term);
            if (holding > 0) {
                double idf = Bm25.idf(numbers.count(), holding);
                // what only stands for a word of the question counts about half
                weights.put(term, search.terms().contains(term) ? idf : idf / 2);
            }
        }
        return weights;
    }

    private Leg dense(Candidates candidates) {
        Leg leg = search.newLeg();
        candidates.cosines.forEach((id, score) -> {
            float cosine = Math.max(-1, Math.min(1, score));
            Looked record = candidates.records.get(id);
            if (record != null && cosine >= search.minCosine()) {
                leg.offer(record.interaction(), cosine);
            }
        });
        return leg;
    }

    private Leg text(Candidates candidates, Numbers numbers) {
        Leg leg = search.newLeg();
        var bm25 = new Bm25(numbers.averageLength());
        for (Looked record : candidates.records.values()) {
            double score = 0;
            for (String term : search.terms()) {
                Integer occurrences = record.counts().get(SparseWords.written(term));
                if (occurrences != null) {
                    double idf = Bm25.idf(numbers.count(), numbers.holding(term));
                    score += bm25.score(idf, occurrences, record.length());
                }
            }
            if (score > 0) {
                leg.offer(record.interaction(), score);
            }
        }
        return leg;
    }

    /** Adds the turns of the sessions that the candidates belong to; false if there are too many. */
    private boolean addTurns(Candidates candidates) {
        Set<String> sessions = new LinkedHashSet<>();
        candidates
                .records
                .values()
                .forEach(record ->
                        record.interaction().session().map(Names::readable).ifPresent(sessions::add));
        if (sessions.isEmpty()) {
            return true;
        }
        Filter turns = filter.toBuilder()
                .addMust(Conditions.isAny(Schema.SESSION, sessions))
                .build();
        List<RetrievedPoint> found = points.scroll(turns, Schema.LOOKED_AT, MAX_TURNS + 1);
        for (RetrievedPoint point : found.subList(0, Math.min(MAX_TURNS, found.size()))) {
            candidates.records.computeIfAbsent(
                    point.getId().getUuid(), any -> PointCodec.looked(point.getPayloadMap()));
        }
        return found.size() <= MAX_TURNS;
    }

    private Hits answer(Leg text, Leg dense, String reason) {
        boolean differ = search.query().diversity() > 0
                || search.query().duplicateSimilarity().isPresent();
        Map<String, float[]> units = differ ? units(text, dense) : Map.of();
        List<Hit> ranked =
                Ranking.rank(search, text, dense, now, id -> units.getOrDefault(id, new float[intake.dimensions()]));
        Map<String, Interaction> whole = whole(ranked.stream().map(Hit::id).toList());
        var hits = new ArrayList<Hit>();
        for (Hit hit : ranked) {
            // one that was deleted meanwhile, or replaced by what the filter refuses, is no hit any more
            Optional.ofNullable(whole.get(hit.id()))
                    .filter(found ->
                            search.filter().isEmpty() || search.filter().get().matches(found))
                    .ifPresent(found -> hits.add(new Hit(found, hit.score(), hit.explanation())));
        }
        return reason.isEmpty() ? Hits.live(hits) : new Hits(hits, Freshness.PARTIAL, reason);
    }

    private Map<String, Interaction> whole(Collection<String> ids) {
        Map<String, Interaction> whole = new HashMap<>();
        if (!ids.isEmpty()) {
            for (RetrievedPoint point : points.find(mine, pointIds(ids), Schema.WHOLE, false)) {
                Interaction interaction = PointCodec.whole(point.getPayloadMap());
                whole.put(interaction.id(), interaction);
            }
        }
        return whole;
    }

    private Map<String, float[]> units(Leg text, Leg dense) {
        Map<String, String> idOfPoint = new HashMap<>();
        for (Leg leg : List.of(text, dense)) {
            leg.best().forEach(candidate -> {
                String id = candidate.interaction().id();
                idOfPoint.put(Names.pointId(agent, id).toString(), id);
            });
        }
        Map<String, float[]> units = new HashMap<>();
        if (idOfPoint.isEmpty()) {
            return units;
        }
        for (RetrievedPoint point : points.find(mine, pointIds(idOfPoint.values()), List.of(), true)) {
            PointCodec.unit(point)
                    .ifPresent(unit -> Optional.ofNullable(
                                    idOfPoint.get(point.getId().getUuid()))
                            .ifPresent(id -> units.put(id, unit)));
        }
        return units;
    }

    private List<UUID> pointIds(Collection<String> ids) {
        return ids.stream().map(id -> Names.pointId(agent, id)).toList();
    }
}
