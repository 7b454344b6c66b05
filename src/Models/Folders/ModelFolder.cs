using SVco.Core;
using SVco.Models.Hub;

namespace SVco.Models.Folders;

/// <summary>The folder of a model, looked at before anything in it is used.</summary>
public static class ModelFolder
{
    /// <summary>
    /// Makes sure that a folder is a model's and that its files belong together: config, processor, tokenizer, generation settings and
    /// weights. No weights are loaded for it; a file that is not there is left to whoever needs it.
    /// </summary>
    /// <returns>Its config.</returns>
    /// <exception cref="UserException">It is another folder, or two of its files disagree; the message names both files and both values.</exception>
    public static ModelConfig Check(string folder)
    {
        FolderKind.RequireModel(folder);
        FolderKind.RequireWeights(folder);
        var config = ReadConfig(folder);
        FolderConsistency.Check(folder, config);
        FolderConsistency.CheckWeights(folder, config);
        return config;
    }

    /// <summary>The same for a folder whose weights are not there yet.</summary>
    /// <returns>Its config.</returns>
    /// <exception cref="UserException">It is another folder, or two of its files disagree.</exception>
    public static ModelConfig CheckWithoutWeights(string folder)
    {
        FolderKind.RequireModel(folder);
        var config = ReadConfig(folder);
        FolderConsistency.Check(folder, config);
        return config;
    }

    static ModelConfig ReadConfig(string folder) => ModelFamilies.ReadConfig(Path.Combine(folder, ModelFiles.Config));
}
