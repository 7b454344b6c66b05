using System.Collections.Immutable;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models.Llava;

/// <summary>LLaVA-1.5: <c>system USER: &lt;image&gt;\nquery ASSISTANT: response&lt;/s&gt;</c>.</summary>
internal sealed class Llava15Format : ChatFormat
{
    const string Turns = "{%for message in messages%}{%if message['role']!='system'%}{{message['role'].upper()+': '}}{%endif%}";
    const string Images = "{%for content in message['content']|selectattr('type','equalto','image')%}{{'<image>\n'}}{%endfor%}";
    const string Text = "{%for content in message['content']|selectattr('type','equalto','text')%}{{content['text']+' '}}{%endfor%}";
    const string End = "{%endfor%}{%if add_generation_prompt%}{{'ASSISTANT:'}}{%endif%}";

    readonly int bos;

    public Llava15Format(Tokenizer tokenizer, string folder)
        : base(tokenizer, folder, "<image>")
    {
        bos = tokenizer.BosId ?? throw Missing("bos_token");
        StopToken = tokenizer.EosId ?? throw Missing("eos_token");

        UserException Missing(string field) =>
            new($"{folder}/tokenizer_config.json: the field \"{field}\" is missing; LLaVA-1.5's format needs it.");
    }

    /// <summary>Recognised by the hub's template, with the answer's turn written apart (to mark it) or not.</summary>
    public static ChatFormatKind Kind { get; } =
        new(
            "llava-hf/llava-1.5-7b-hf (\"USER: ... ASSISTANT: ...\")",
            [
                Turns + Images + "{%if message['role']!='assistant'%}" + Text + "{%else%}" + Text + "{%endif%}" + End,
                Turns + Images + Text + End,
            ],
            (tokenizer, folder) => new Llava15Format(tokenizer, folder)
        )
        {
            IsUnwritten = HasVicunasTokens,
        };

    /// <summary>A SentencePiece vocabulary with Llama-2's marks and an image token: what Vicuna has in LLaVA-1.5.</summary>
    static bool HasVicunasTokens(Tokenizer tokenizer) =>
        tokenizer is { BosId: { } begin, EosId: { } end }
        && tokenizer.TextOf(begin) == "<s>"
        && tokenizer.TextOf(end) == "</s>"
        && tokenizer.TokenId("<0x0A>") is not null
        && tokenizer.TokenId("<image>") is not null;

    public override string Name => "LLaVA-1.5 (USER: ... ASSISTANT: ...)";

    public override ImmutableArray<int> StopIds => [StopToken];

    protected override int StopToken { get; }

    protected override string AnswerMarker => "ASSISTANT:";

    /// <summary>The official evaluation strips the answers of this format and not of the other.</summary>
    protected override string OfficialAnswer(string conversation) => PythonText.Strip(base.OfficialAnswer(conversation));

    protected override IReadOnlyList<TextPart> PromptParts(string systemPrompt, string query, int images, bool literal) =>
        [.. Conversation(systemPrompt, query, images, literal), new("ASSISTANT:")];

    protected override (string Before, string Block, string After) OfficialText(
        string systemPrompt,
        string query,
        string response,
        int images
    ) => (string.Concat(Conversation(systemPrompt, query, images, false).Select(part => part.Text)) + "ASSISTANT: ", response + " ", "");

    /// <summary>The official evaluation loads the tokenizer as the training does, so its prompts end with the end-of-sequence token.</summary>
    protected override ImmutableArray<int> EncodePrompt(IReadOnlyList<TextPart> parts, Behaviour behaviour) =>
        behaviour == Behaviour.Official
            ? Framed.Encode(parts, addSpecialTokens: true).Ids
            : [bos, .. Tokenizer.Encode(parts, addSpecialTokens: false).Ids];

    protected override (Encoding Tokens, bool LastIsLabel) EncodeOfficial(string text) => (Framed.Encode(text, true), true);

    Tokenizer Framed => Tokenizer with { AddEos = true };

    static IEnumerable<TextPart> Conversation(string systemPrompt, string query, int images, bool literal) =>
        [
            .. systemPrompt.Length == 0 ? [] : new TextPart[] { new(systemPrompt, literal), new(" ") },
            new("USER: " + string.Concat(Enumerable.Repeat("<image>\n", images))),
            new(query, literal),
            new(" "),
        ];
}
