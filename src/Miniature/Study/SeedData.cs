using System.Collections.Immutable;
using SVco.Files;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Scenes;
using SVco.Training;

namespace SVco.Miniature.Study;

/// <summary>The pairs of one seed with the base model's log-probabilities: the same for every objective, so made once.</summary>
/// <param name="Pairs">The finetuning pairs.</param>
/// <param name="Reference">The base model's log-probability of each cell that any objective asks of the reference.</param>
sealed record SeedData(ImmutableArray<PreparedPair> Pairs, ReferenceTable Reference)
{
    /// <summary>The SHA-256 of the pairs' texts and of the descriptions their pictures are drawn from.</summary>
    public string Fingerprint { get; } = ContentHash.Of(string.Join('\n', Pairs.Select(pair => pair.Pair)));

    /// <summary>Draws the pairs, filters and scores them.</summary>
    /// <param name="model">The base model, untrained.</param>
    /// <param name="settings">The study.</param>
    /// <param name="seed">The finetuning seed.</param>
    public static SeedData Draw(MiniatureModel model, StudySettings settings, int seed)
    {
        var wanted = settings.Pairs.Pairs;
        var drawn = EditedPair.Draw(
            settings.Filtered ? settings.Pairs with { Pairs = wanted + (wanted / 2) } : settings.Pairs,
            (ulong)seed
        );
        var kept = settings.Filtered ? PairFilter.Filter(drawn, model.Vision).Take(wanted) : drawn;
        var prepared = model.Prepare(kept.Select(pair => pair.Pair));
        model.Vision.Encode(prepared.SelectMany(pair => new[] { pair.Pair.W.Image, pair.Pair.L.Image }));
        var cells = settings.Treatments.SelectMany(treatment => treatment.Objective.ReferenceCells()).Distinct().ToArray();
        var scoring = new PackedScoring();
        return new(
            prepared,
            cells.Length == 0
                ? ReferenceTable.Of(prepared.Length, [])
                : new([.. prepared.Chunk(32).SelectMany(batch => scoring.Score(model.Network, batch, cells, model.Vision))])
        );
    }
}

/// <summary>The data of all seeds of a study, each drawn by whoever asks first while others wait.</summary>
/// <param name="settings">The study.</param>
sealed class SeedDatas(StudySettings settings)
{
    readonly Dictionary<int, SeedData> drawn = [];

    /// <summary>The data of a seed.</summary>
    /// <param name="model">The base model, untrained.</param>
    /// <param name="seed">The finetuning seed.</param>
    public SeedData Of(MiniatureModel model, int seed)
    {
        lock (drawn)
        {
            if (!drawn.TryGetValue(seed, out var data))
            {
                drawn[seed] = data = SeedData.Draw(model, settings, seed);
            }

            return data;
        }
    }
}
