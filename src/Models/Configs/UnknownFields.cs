using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using SVco.Core;

namespace SVco.Models;

/// <summary>
/// Fields of a config that no reader here knows. Most say nothing of the network (generation, bookkeeping) and may stand there; one whose
/// name is of attention, rotary positions, norms, scales and the like may change the numbers, and is refused unless its value is neutral.
/// </summary>
static partial class UnknownFields
{
    /// <summary>Read by the configs here, or known to be of no consequence for the forward pass.</summary>
    static readonly ImmutableHashSet<string> Known =
    [
        "hidden_act",
        "projector_hidden_act",
        "num_attention_heads",
        "num_key_value_heads",
        "max_position_embeddings",
        "tie_word_embeddings",
        "rms_norm_eps",
        "layer_norm_eps",
        "attention_bias",
        "mlp_bias",
        "multimodal_projector_bias",
        "attention_dropout",
        "rope_theta",
        "rope_scaling",
        "rope_parameters",
        "use_sliding_window",
        "sliding_window",
        "max_window_layers",
        "layer_types",
        // Of the contrastive loss, of outputs that nobody asks for, of how attention is computed and not of what.
        "logit_scale_init_value",
        "output_attentions",
        "add_cross_attention",
        "cross_attention_hidden_size",
        "renormalize_logits",
        "attn_implementation",
        "_attn_implementation",
        "_attn_implementation_autoset",
    ];

    /// <summary>Refuses a field that may change the numbers.</summary>
    /// <param name="fields">A config or a section of one.</param>
    /// <param name="read">Further fields that its reader knows.</param>
    /// <exception cref="UserException">There is one; the message names file, field and value.</exception>
    public static void Refuse(ConfigFields fields, params ReadOnlySpan<string> read)
    {
        foreach (var field in fields.Object.EnumerateObject())
        {
            if (
                !Known.Contains(field.Name)
                && !read.Contains(field.Name)
                && !HowItIsComputed().IsMatch(field.Name)
                && OfTheNetwork().IsMatch(field.Name)
                && !IsNeutral(field)
            )
            {
                throw fields.Unsupported(
                    field.Name,
                    "it may change what the network computes, and is not known here; if it is mere bookkeeping, take it out of the file"
                );
            }
        }
    }

    static bool IsNeutral(JsonProperty field) =>
        field.Value.ValueKind switch
        {
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
            + "qk_|query|logit|position_embedding|parallel",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex OfTheNetwork();

    /// <summary>transformers' own notes begin with an underscore; others say which kernel computes the same.</summary>
    [GeneratedRegex("^_|flash_attn|flash_attention|implementation|^ignore_keys", RegexOptions.CultureInvariant)]
    private static partial Regex HowItIsComputed();

    [GeneratedRegex("multiplier|scal|factor", RegexOptions.CultureInvariant)]
    private static partial Regex Factors();
}
