using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Core;

namespace SVco.Files;

/// <summary>
/// A value in a JSON file together with the SHA-256 of its text, <c>{"sha256": "...", "value": ...}</c>: what the program keeps to go on from
/// later. A file that a disk, a copy or a hand has changed is damaged, and never a value that looks right.
/// </summary>
public static class SealedJson
{
    const string Hash = "sha256";
    const string Value = "value";

    static readonly JsonSerializerOptions Options = StrictJson.Of(
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
    );

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <exception cref="UserException">The disk refuses.</exception>
    public static void Write<T>(string path, T value)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, Options);
        AtomicOutput.WriteFile(
            path,
            stream =>
            {
                stream.Write(Encoding.ASCII.GetBytes($"{{\"{Hash}\": \"{ContentHash.Of(json)}\", \"{Value}\": "));
                stream.Write(json);
                stream.Write("}\n"u8);
            }
        );
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="note">Is told that an earlier version wrote the value alone, which cannot be checked; null refuses that.</param>
    /// <exception cref="UserException">There is none, it is damaged, or it holds something else.</exception>
    public static T Read<T>(string path, Action<string>? note = null) =>
        InputFile.Read(
            path,
            "what was written there",
            () =>
            {
                using var document = JsonDocument.Parse(TextFile.Utf8(path), new() { AllowDuplicateProperties = false });
                var root = document.RootElement;
                if (note is not null && (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(Hash, out _)))
                {
                    var value = StrictJson.Read<T>(TextFile.Utf8(path).Span, Options);
                    note($"{path} was written by an earlier version, without a checksum; it is taken as it is.");
                    return value;
                }

                // The text of the value as it stands in the file.
                var json = root.GetProperty(Value).GetRawText();
                return root.GetProperty(Hash).GetString() == ContentHash.Of(json)
                    ? StrictJson.Read<T>(Encoding.UTF8.GetBytes(json), Options)
                    : throw new UserException($"{path} is damaged: its content has another SHA-256 than when it was written.");
            }
        );

    /// <summary>What a file holds that can be made again; null where there is none or it is damaged.</summary>
    public static T? Find<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? Read<T>(path) : null;
        }
        catch (UserException)
        {
            return null;
        }
    }
}
