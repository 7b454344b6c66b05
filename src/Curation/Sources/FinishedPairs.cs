using System.Text.Json;
using SVco.Core.Data;
using SVco.Curation.Candidates;

namespace SVco.Curation.Sources;

/// <summary>Reads pairs that need no filter and no augmentation: a published mvc.json, and preferences such as VLFeedback's.</summary>
sealed class FinishedPairs(ImageFinder finder, PairFile file)
{
    const int LongestResponse = 20_000;

    /// <summary>The MVC format (<see cref="MvcJson"/>), streaming.</summary>
    public IEnumerable<Reading> ReadMvc()
    {
        var seen = new HashSet<string>();
        return SourceEntry.Entries(
            file.Name,
            "mvc",
            Full,
            entry => [SourceEntry.Read(file.Name, "mvc", entry.Name, () => Mvc(entry, seen))!]
        );
    }

    /// <summary>
    /// mDPO's form of VLFeedback: a list of {image, chosen, rejected}, each side a conversation of one question and one answer. The
    /// negative image is a random crop of the one image, as mDPO makes it.
    /// </summary>
    public IEnumerable<Reading> ReadPreferences()
    {
        var seen = new HashSet<string>();
        return SourceEntry.Entries(
            file.Name,
            "preference",
            Full,
            entry => [SourceEntry.Read(file.Name, "preference", entry.Name, () => Preference(entry, seen))!]
        );
    }

    Candidate Mvc(JsonEntry entry, HashSet<string> seen)
    {
        var read = MvcJson.Parse($"[{entry.Value.GetRawText()}]", file.File, "");
        if (read.Pairs is not [var pair])
        {
            throw new EntryException("entry is not in the MVC format", read.Refusals[0].Reason);
        }

        if (!seen.Add(entry.Name))
        {
            throw new EntryException("duplicate id");
        }

        // Entries of several files may name one source.
        return new(
            pair.Source.Length > 0 ? pair.Source : file.Name,
            "mvc",
            pair.Type,
            $"{file.Name}#{entry.Name}",
            Image("positive image", PathOf(pair.W.Image)),
            Image("negative image", PathOf(pair.L.Image)),
            pair.W.Response,
            pair.L.Response
        )
        {
            Screening = Screening.Passed,
            SystemPrompt = pair.SystemPrompt.Length > 0 ? pair.SystemPrompt : null,
            Question = pair.Query,
            WResponse = pair.W.Response,
            LResponse = pair.L.Response,
        };
    }

    Candidate Preference(JsonEntry entry, HashSet<string> seen)
    {
        var key = SourceEntry.Name(entry.Value, "id") ?? entry.Name;
        var image = Image("positive image", SourceEntry.Text(entry.Value, "image"));
        var (question, chosen) = Conversation(entry.Value, "chosen");
        var (other, rejected) = Conversation(entry.Value, "rejected");
        return question != other ? throw new EntryException("chosen and rejected answer different questions")
            : !seen.Add(key) ? throw new EntryException("duplicate id")
            : new(file.Name, "preference", ContrastType.Unknown, key, image, null, chosen, rejected)
            {
                Screening = Screening.Passed,
                LOrigin = LOrigin.Crop,
                Question = question,
                WResponse = chosen,
                LResponse = rejected,
            };
    }

    static (string Question, string Answer) Conversation(JsonElement entry, string field)
    {
        if (!entry.TryGetProperty(field, out var turns) || turns.ValueKind != JsonValueKind.Array)
        {
            throw new EntryException($"{field} is not a conversation");
        }

        return turns
            .EnumerateArray()
            .Select(turn => (Role: Field(turn, "from", "role"), Text: Field(turn, "value", "content")))
            .ToList() switch
        {
            [("human" or "user", var question), ("gpt" or "assistant", var answer)] => (
                SourceEntry.Checked(question.Replace("<image>", ""), field, LongestResponse),
                answer
            ),
            var others => throw new EntryException($"{field} is not one question and one answer", $"it has {others.Count} turns"),
        };

        string Field(JsonElement turn, string name, string otherName) =>
            SourceEntry.Text(
                turn,
                turn.ValueKind == JsonValueKind.Object && !turn.TryGetProperty(name, out _) ? otherName : name,
                LongestResponse
            );
    }

    string Image(string role, string name) => SourceEntry.Path(finder.Find(role, file.Images, name));

    static string PathOf(ImageSource image) =>
        image is ImageSource.File(var path)
            ? path
            : throw new EntryException("image stands in the data itself", "save it as a file and name its path");

    string Full => Path.Combine(finder.Root, file.File);
}
