using System.Text.Json.Nodes;
using SVco.Tests;

namespace SVco.Models.Tests.Folders;

/// <summary>A copy of a bundled tiny model, to be damaged as people's folders are.</summary>
sealed class TinyFolder : IDisposable
{
    readonly TemporaryFolder folder = new();

    public TinyFolder(string model = "llava-interleave")
    {
        Directory.CreateDirectory(Path);
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(Golden.RepositoryRoot, "experiments", "tiny", model)))
        {
            File.Copy(file, At(System.IO.Path.GetFileName(file)));
        }
    }

    public string Path => folder.At("model");

    public string At(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Changes a JSON file.</summary>
    public TinyFolder With(string file, Action<JsonObject> change)
    {
        var json = Json(file);
        change(json);
        File.WriteAllText(At(file), json.ToJsonString());
        return this;
    }

    public TinyFolder With(string file, string text)
    {
        File.WriteAllText(At(file), text);
        return this;
    }

    public TinyFolder Without(params ReadOnlySpan<string> files)
    {
        foreach (var file in files)
        {
            File.Delete(At(file));
        }

        return this;
    }

    public JsonObject Json(string file) => JsonNode.Parse(File.ReadAllText(At(file)))!.AsObject();

    public void Dispose() => folder.Dispose();
}
