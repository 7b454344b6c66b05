using System.Collections.Immutable;
using System.Globalization;
using SVco.Core.Objectives;

namespace SVco.Experiments;

/// <summary>What images do to each token of a response.</summary>
/// <param name="Response">Which response.</param>
/// <param name="Tokens">Its tokens as text, the end token included.</param>
/// <param name="Match">log p(token, its own image) - log p(token, no image), in nats.</param>
/// <param name="Mismatch">log p(token, the other image) - log p(token, no image), in nats.</param>
public sealed record ResponseSensitivity(
    Side Response,
    ImmutableArray<string> Tokens,
    ImmutableArray<double> Match,
    ImmutableArray<double> Mismatch
);

/// <summary>What the images of a pair do to each token of its responses.</summary>
/// <param name="Responses">W and L.</param>
public sealed record PairSensitivity(ImmutableArray<ResponseSensitivity> Responses)
{
    /// <summary>A line for each token: what its own image and the other one add to its log-probability.</summary>
    public override string ToString() =>
        string.Join(
            '\n',
            Responses.SelectMany(response =>
                response.Tokens.Select(
                    (token, index) =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{response.Response} {response.Match[index], 8:+0.00;-0.00} {response.Mismatch[index], 8:+0.00;-0.00}  {token}"
                        )
                )
            )
        );
}
