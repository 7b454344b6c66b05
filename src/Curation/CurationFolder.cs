using SVco.Core;
using SVco.Files;

namespace SVco.Curation;

/// <summary>The files that the stages of a curation hand to each other.</summary>
/// <param name="Path">The output folder.</param>
public sealed record CurationFolder(string Path)
{
    /// <summary>read: every candidate.</summary>
    public string Candidates => At("candidates.jsonl");

    /// <summary>read: what is no candidate.</summary>
    public string RefusedByRead => At("refused.read.jsonl");

    /// <summary>filter: every candidate whose images decode, with its cosines.</summary>
    public string Scored => At("scored.jsonl");

    /// <summary>filter: whose images do not.</summary>
    public string RefusedImages => At("refused.images.jsonl");

    /// <summary>filter: what becomes pairs.</summary>
    public string Kept => At("kept.jsonl");

    /// <summary>filter: what does not, and why.</summary>
    public string RefusedByFilter => At("refused.filter.jsonl");

    /// <summary>augment: the pairs with their texts.</summary>
    public string Augmented => At("augmented.jsonl");

    /// <summary>augment: the pairs that got no texts, and why.</summary>
    public string RefusedByAugment => At("refused.augment.jsonl");

    /// <summary>augment: every answer that was paid for.</summary>
    public string Journal => At("answers.journal");

    /// <summary>split: the training pairs in the official format.</summary>
    public string Train => At("train.json");

    /// <summary>split: the validation pairs in the official format.</summary>
    public string Validation => At("validation.json");

    /// <summary>read: where the sources are, for commands that are given a file only.</summary>
    public string DataRoot => At("data_root.txt");

    /// <summary>Refuses what was made before an earlier stage was run anew.</summary>
    /// <param name="upTo">The last file that will be used.</param>
    /// <exception cref="UserException">A file is older than the one it was made from.</exception>
    public void RequireUpToDate(string upTo)
    {
        if (File.Exists(At("dropped.read.jsonl")) && !File.Exists(RefusedByRead))
        {
            throw new UserException(
                $"{Path} was made by an earlier version, whose files had other names. Run `svco data read` and the commands after it again; "
                    + "embeddings and answers that were paid for are used again."
            );
        }

        (string File, string Command)[] chain = [(Candidates, "read"), (Scored, "filter"), (Kept, "filter"), (Augmented, "augment")];
        foreach (var (earlier, later) in chain.Zip(chain.Skip(1)).TakeWhile(pair => pair.First.File != upTo))
        {
            if (IsOlder(later.File, earlier.File))
            {
                throw new UserException($"{later.File} is older than {earlier.File}. Run `svco data {later.Command}` again.");
            }
        }
    }

    /// <summary>Whether both files exist and the first was written before the second.</summary>
    public static bool IsOlder(string file, string than) =>
        File.Exists(file) && File.Exists(than) && File.GetLastWriteTimeUtc(file) < File.GetLastWriteTimeUtc(than);

    /// <summary>The lines of a stage's file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="madeBy">The command that writes it, for the message when it is missing.</param>
    /// <exception cref="UserException">It is missing (at once), or a line is not what it should be (while reading).</exception>
    public static IEnumerable<T> Lines<T>(string path, string madeBy) => JsonLines.Read<T>(path, $"Run `svco data {madeBy}` first.");

    /// <summary>A file of one shard of the filter.</summary>
    public string OfShard(Shard shard, string name) => At("shards", $"{name}.{shard.Index}-of-{shard.Count}.jsonl");

    /// <summary>A path in the folder.</summary>
    public string At(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);
}
