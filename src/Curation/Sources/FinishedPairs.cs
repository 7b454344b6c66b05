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
        return SourceEntry.EntriesOrLines(
            file.Name,
            "mvc",
            Full,
            entry => [SourceEntry.Read(file.Name, "mvc", entry.Name, () => Mvc(entry, seen))!]
        );
    }

    /// <summary>
    /// Preferences in mDPO's two forms: {image, chosen, rejected}, each side a conversation of one question and one answer, and, as in its
    /// sample, {img_path, prompt, chosen, rejected}, the prompt a question or the whole chat, each side an answer. The negative image is a
    /// random crop of the one image, as mDPO makes it.
    /// </summary>
    public IEnumerable<Reading> ReadPreferences()
    {
        var seen = new HashSet<string>();
        return SourceEntry.EntriesOrLines(
            file.Name,
            "preference",
            Full,
            entry => [SourceEntry.Read(file.Name, "preference", entry.Name, () => Preference(entry, seen))!]
        );
    }

    Candidate Mvc(JsonEntry entry, HashSet<string> seen)
    {
        var (pair, refused) = MvcJson.Read(entry.Value, entry.Name, "");
        if (pair is null)
        {
            throw new EntryException("entry is not in the MVC format", refused!);
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
        var image = Image("positive image", SourceEntry.Text(entry.Value, OneOf(entry.Value, "image", "img_path", "image_path")));
        var (system, question, chosen, rejected) = Answers(entry.Value);
        return !seen.Add(key)
            ? throw new EntryException("duplicate id")
            : new(file.Name, "preference", ContrastType.Unknown, key, image, null, chosen, rejected)
            {
                Screening = Screening.Passed,
                LOrigin = LOrigin.Crop,
                SystemPrompt = system,
                Question = question,
                WResponse = chosen,
                LResponse = rejected,
            };
    }

    static (string? System, string Question, string Chosen, string Rejected) Answers(JsonElement entry)
    {
        if (entry.TryGetProperty("chosen", out var side) && side.ValueKind == JsonValueKind.String)
        {
            var (system, asked) = Prompt(SourceEntry.Text(entry, OneOf(entry, "prompt", "question"), LongestResponse));
            return (
                system,
                asked,
                SourceEntry.TextOf(side, "chosen", LongestResponse),
                SourceEntry.Text(entry, "rejected", LongestResponse)
            );
        }

        var (question, chosen) = Conversation(entry, "chosen");
        var (other, rejected) = Conversation(entry, "rejected");
        return question == other
            ? (null, question, chosen, rejected)
            : throw new EntryException("chosen and rejected answer different questions");
    }

    /// <summary>Which of some names of a field an entry has.</summary>
    static string OneOf(JsonElement entry, params ReadOnlySpan<string> names)
    {
        string? found = null;
        foreach (var name in names)
        {
            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out _))
            {
                found = found is null ? name : throw new EntryException($"{found} and {name} are both there", "keep one of them");
            }
        }

        return found
            ?? (
                entry.ValueKind == JsonValueKind.Object
                    ? throw new EntryException($"{names[0]} is missing", $"a preference has {Fields}")
                    : names[0]
            );
    }

    const string Fields =
        "image (or img_path), chosen and rejected: two conversations of one question and one answer, or two answers to a prompt (or question)";

    /// <summary>A question, which may stand in the chat of LLaVA-1.5's template: system prompt, USER: question ASSISTANT:</summary>
    static (string? System, string Question) Prompt(string text)
    {
        const string user = "USER:";
        const string assistant = "ASSISTANT:";
        var parts = text.Split(user);
        return parts.Length == 1 && !text.Contains(assistant) && !OtherTemplates.Any(text.Contains) ? (null, WithoutImage(text, "prompt"))
            : parts is [var system, var question]
            && question.EndsWith(assistant, StringComparison.Ordinal)
            && question.Split(assistant).Length == 2
                ? (system.Trim() is { Length: > 0 } said ? said : null, WithoutImage(question[..^assistant.Length], "prompt"))
            : throw new EntryException(
                "prompt is not one question",
                "it may be the question alone, or a chat of the form: system prompt USER: question ASSISTANT:"
            );
    }

    static readonly string[] OtherTemplates = ["<|im_start|>", "<|user|>", "<|start_header_id|>", "[INST]", "### Human:"];

    static string WithoutImage(string question, string field) =>
        SourceEntry.Checked(question.Replace("<image>", ""), field, LongestResponse);

    static (string Question, string Answer) Conversation(JsonElement entry, string field)
    {
        if (!entry.TryGetProperty(field, out var turns) || turns.ValueKind != JsonValueKind.Array)
        {
            throw new EntryException($"{field} is not a conversation", $"a preference has {Fields}");
        }

        return turns
            .EnumerateArray()
            .Select(turn => (Role: Field(turn, "from", "role"), Text: Field(turn, "value", "content")))
            .ToList() switch
        {
            [("human" or "user", var question), ("gpt" or "assistant", var answer)] => (WithoutImage(question, field), answer),
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
        image is ImageSource.File(var path) ? path : throw new EntryException(ImageSearch.Inline, "save it as a file and name its path");

    string Full => Path.Combine(finder.Root, file.File);
}
