using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models;

/// <summary>
/// Fields of a config that no reader here knows. Most say nothing of the network (generation, bookkeeping) and may stand there; one whose
/// name is of attention, rotary positions, norms, scales and the like may change the numbers, and is refused unless its value is neutral.
/// </summary>
static partial class UnknownFields
{
    /// <summary>Of the contrastive loss, of outputs that nobody asks for, of how attention is computed and not of what.</summary>
    static readonly ImmutableHashSet<string> OfNoConsequence =
    [
        "logit_scale_init_value",
        "output_attentions",
        "add_cross_attention",
        "cross_attention_hidden_size",
        "renormalize_logits",
        "attn_implementation",
    ];

    /// <summary>Refuses a field that may change the numbers.</summary>
    /// <param name="fields">A config or a section of one.</param>
    /// <param name="read">The fields that its reader knows. One that another section has is no more known than any other.</param>
    /// <exception cref="UserException">There is one; the message names file, field and value.</exception>
    public static void Refuse(JsonField fields, params ReadOnlySpan<string> read)
    {
        foreach (var field in fields.Value.EnumerateObject())
        {
            if (!OfNoConsequence.Contains(field.Name) && !read.Contains(field.Name) && MayChangeNumbers(field))
            {
                throw fields.Unsupported(
                    field.Name,
                    "it may change what the network computes, and is not known here; if it is mere bookkeeping, take it out of the file"
                );
            }
        }
    }

    /// <summary>Whether a field's name is of the network, and its value not neutral.</summary>
    public static bool MayChangeNumbers(JsonProperty field) =>
        !HowItIsComputed().IsMatch(field.Name) && OfTheNetwork().IsMatch(field.Name) && !IsNeutral(field);

    /// <summary>Whether a value is as if the field were not there.</summary>
    public static bool IsNeutral(JsonProperty field) =>
        field.Value.ValueKind switch
        {
            // Decoders see what is before a token, unless a config says otherwise.
            JsonValueKind.True or JsonValueKind.False when Causal().IsMatch(field.Name) => field.Value.GetBoolean(),
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.Number => field.Value.GetDouble() is var number
                && (number == 0 || (number == 1 && Factors().IsMatch(field.Name))),
            JsonValueKind.String => field.Value.GetString()!.Length == 0,
            JsonValueKind.Array => field.Value.GetArrayLength() == 0,
            JsonValueKind.Object => !field.Value.EnumerateObject().Any(),
            _ => false,
        };

    [GeneratedRegex(
        "(^|_)rope|rotary|scal|cap$|cap(ping|ped)|multiplier|window|attn|attention|norm|bias|drop|residual|clip|layer_types|activation|expert|moe|alibi|"
            + "qk_|query|logit|position_e|pos_emb|parallel|causal|sparse|(^|_)mup|theta|heads$|interleav|newline|downsample|shuffle|"
            + "(feature|select)_(layers?|feature|strategy)$|projector_(act|type|bias|hidden)|hidden_act",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex OfTheNetwork();

    /// <summary>transformers' own notes begin with an underscore; others say which kernel computes the same.</summary>
    [GeneratedRegex("^_|flash_attn|flash_attention|implementation|^ignore_keys", RegexOptions.CultureInvariant)]
    private static partial Regex HowItIsComputed();

    [GeneratedRegex("causal", RegexOptions.CultureInvariant)]
    private static partial Regex Causal();

    [GeneratedRegex("multiplier|scal|factor", RegexOptions.CultureInvariant)]
    private static partial Regex Factors();
}
