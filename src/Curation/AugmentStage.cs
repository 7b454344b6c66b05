using SVco.Core;
using SVco.Core.Curation;
using SVco.Curation.Augmentation;
using SVco.Curation.Output;

namespace SVco.Curation;

/// <summary>A pair whose texts broke a law to the end.</summary>
public sealed record SetAside(string Reason, string Detail, Candidate Candidate);

/// <summary>The third stage: a question and two answers for every kept pair.</summary>
public static class AugmentStage
{
    /// <summary>Writes augmented.jsonl and set_aside.jsonl from kept.jsonl; pairs that have their texts keep them.</summary>
    /// <exception cref="UserException">Nothing was kept yet, or no pair got texts.</exception>
    public static StageReport RunByRule(CurationSettings settings)
    {
        var folder = new CurationFolder(settings.Output);
        using var aside = new PartialLines(folder.SetAside);
        var lost = new List<Dropped>();
        var count = JsonLines.Write(folder.Augmented, Written());
        aside.Complete();
        return new(count, StageReport.Count(lost), [folder.Augmented, folder.SetAside]);

        IEnumerable<Candidate> Written()
        {
            foreach (var candidate in JsonLines.Read<Candidate>(folder.Kept, "filter"))
            {
                var texts = settings.Augment.Augmenter == Augmenter.None ? TemplateAugmenter.Raw(candidate) : TemplateAugmenter.Write(candidate);
                var breaches = settings.Augment.Augmenter == Augmenter.None || candidate.HasTexts ? [] : ContrastChecker.OfTexts(candidate, texts);
                if (breaches.IsEmpty)
                {
                    yield return With(candidate, texts);
                }
                else
                {
                    aside.Add(new SetAside("texts break a law", string.Join(' ', breaches), candidate));
                    lost.Add(new(candidate.Source, candidate.Kind, candidate.Key, "texts break a law", string.Join(' ', breaches)));
                }
            }
        }
    }

    internal static Candidate With(Candidate candidate, PairTexts texts) =>
        candidate.HasTexts
            ? candidate
            : candidate with
            {
                Question = texts.Question,
                PositiveResponse = texts.PositiveResponse,
                NegativeResponse = texts.NegativeResponse,
            };
}
