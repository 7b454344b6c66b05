using SVco.Core;
using SVco.Files;
using SVco.Models.Hub;

namespace SVco.Models;

/// <summary>
/// The files of a model's folder that a saved model takes along: what a processor and a tokenizer are made of. Weights, their index,
/// config.json and hub bookkeeping are not among them, nor are links to files that are gone, which transformers leaves out too.
/// </summary>
public static class CompanionFiles
{
    /// <summary>Their bytes together; each is opened.</summary>
    /// <exception cref="UserException">One cannot be read.</exception>
    public static long CheckedBytes(string folder) =>
        Of(folder)
            .Sum(file =>
            {
                try
                {
                    using var stream = InputFile.Open(file);
                    return stream.Length;
                }
                catch (UserException error)
                {
                    throw new UserException(
                        $"{error.Message.TrimEnd('.')}. A saved model takes it along: make it readable, or take it out of the folder.",
                        error
                    );
                }
            });

    /// <summary>Their paths.</summary>
    public static IEnumerable<string> Of(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(file =>
                Path.GetExtension(file) is ".json" or ".jinja" or ".txt" or ".model"
                && Path.GetFileName(file) is var name
                && name is not ("config.json" or "adapter_config.json" or "trainer_state.json")
                && !name.EndsWith(".index.json")
                && ModelFiles.IsThere(file)
            );
}
