using static SVco.Core.Objectives.Formula;

namespace SVco.Core.Objectives;

/// <summary>
/// The paper, one equation a line: the objectives of S-VCO (arXiv 2502.13928) and its baselines. r.W.Match is r(y_w, i_w), r.W.Mismatch
/// is r(y_w, i_l), r.W.NoImage is r(y_w, none); L likewise, so r(y_l, i_w) is r.L.Mismatch.
/// </summary>
/// <remarks>Every function throws a <see cref="UserException"/> for a beta (or tau) that is not above 0.</remarks>
public static class Objectives
{
    /// <summary>Eq. 1: DPO, the better of two responses to the same image (arXiv 2305.18290).</summary>
    public static Objective Dpo(double beta) => -LogSigmoid(Positive(beta) * (r.W.Match - r.L.Mismatch));

    /// <summary>Eq. 2: the visual-conditional term, the better of two images for the same response.</summary>
    public static Objective VisualConditional(double beta) => -LogSigmoid(Positive(beta) * (r.W.Match - r.W.Mismatch));

    /// <summary>mDPO's anchor: the chosen response shall not become less likely (arXiv 2406.11839).</summary>
    public static Objective Anchor(double beta) => -LogSigmoid(Positive(beta) * r.W.Match);

    /// <summary>mDPO (arXiv 2406.11839): DPO, the visual-conditional term and the anchor.</summary>
    public static Objective Mdpo(double beta) => Dpo(beta) + VisualConditional(beta) + Anchor(beta);

    /// <summary>Eq. 3: attend to the matching image.</summary>
    public static Objective Attend(double beta1) => -LogSigmoid(Positive(beta1) * (r.W.Match - r.W.NoImage));

    /// <summary>Eq. 4: reject the contradicting image.</summary>
    public static Objective Reject(double beta2) => -LogSigmoid(Positive(beta2) * (r.W.NoImage - r.W.Mismatch));

    /// <summary>Eq. 5: visual contrastive optimisation of one side.</summary>
    public static Objective Vco(double beta1, double beta2) => Attend(beta1) + Reject(beta2);

    /// <summary>Eq. 6-7: S-VCO; both images are the right one for their own text.</summary>
    public static Objective SVco(double beta1, double beta2) => Symmetric(Vco(beta1, beta2));

    /// <summary>S-VCO with one beta a term, as the official code has it; a beta of 0 switches its term off (in training).</summary>
    public static Objective SVco(double attendW, double rejectW, double attendL, double rejectL) =>
        new[] { On(attendW, Attend), On(rejectW, Reject), On(attendL, Attend)?.Swap(), On(rejectL, Reject)?.Swap() }
            .OfType<Objective>()
            .DefaultIfEmpty(0)
            .Aggregate((sum, term) => sum + term);

    /// <summary>Supervised finetuning: the mean cross-entropy of the label tokens of y_w given i_w over the batch; no reference.</summary>
    public static Objective Sft() => TokenMean(-pi.W.Match, length.W);

    /// <summary>IPO (arXiv 2310.12036, Eq. 17): the margin is drawn to 1 / (2 tau).</summary>
    public static Objective Ipo(double tau) => Square(r.W.Match - r.L.Mismatch - 1 / (2 * Positive(tau)));

    /// <summary>DPO when a share of the preferences is taken to be wrong (conservative DPO; Mitchell 2023).</summary>
    /// <param name="beta">Above 0.</param>
    /// <param name="labelSmoothing">The share, from 0 up to (not including) 0.5.</param>
    public static Objective Dpo(double beta, double labelSmoothing) =>
        (1 - Share(labelSmoothing)) * Dpo(beta) + labelSmoothing * -LogSigmoid(-beta * (r.W.Match - r.L.Mismatch));

    /// <summary>SimPO (arXiv 2405.14734, Eq. 6): length-normalised, with a target margin gamma and no reference.</summary>
    public static Objective SimPo(double beta, double gamma) =>
        -LogSigmoid(Positive(beta) * (pi.W.Match / length.W - pi.L.Mismatch / length.L) - gamma);

    static Objective? On(double beta, Func<double, Objective> term) => beta == 0 ? null : term(beta);

    static double Positive(double beta) =>
        beta > 0 && double.IsFinite(beta)
            ? beta
            : throw new UserException(
                $"A beta (or tau) of {beta} trains nothing sensible; give a number above 0. "
                    + "To switch a term of S-VCO off, use its form with four betas."
            );

    static double Share(double labelSmoothing) =>
        labelSmoothing is >= 0 and < 0.5
            ? labelSmoothing
            : throw new UserException($"A label smoothing of {labelSmoothing} is not a share from 0 up to 0.5.");
}
