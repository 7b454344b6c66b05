namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>
    /// Reads a formula as a script writes it: <c>-LogSigmoid(0.1 * (r.W.Match - r.W.Mismatch))</c>; the objectives of
    /// <see cref="Objectives"/> may stand in it by name, e.g. <c>SVco(0.1, 0.1) + 0.1 * Sft()</c>.
    /// </summary>
    /// <exception cref="UserException">The text is no formula; the message names the position and what was expected there.</exception>
    public static Objective Parse(string formula) => new FormulaParser(formula).Whole();
}
