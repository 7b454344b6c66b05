using SVco.Core;

namespace SVco.Chat;

/// <summary>Which server is asked, how fast, and what that may cost.</summary>
public abstract record ChatSettings
{
    /// <summary>A setting as a person writes it, for messages.</summary>
    /// <param name="setting">Its name in YAML.</param>
    protected internal abstract string Named(string setting);

    /// <summary>The endpoint of an OpenAI-compatible server.</summary>
    public string BaseUrl { get; init; } = "https://api.openai.com/v1";

    /// <summary>The environment variable that holds the key; empty for servers without one.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>Calls at one time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Calls a minute at most; a request that is sent again after an error waits as the server says instead.</summary>
    public int CallsPerMinute { get; init; } = 500;

    /// <summary>How often a request is sent again after 429, 5xx, a timeout or a broken connection.</summary>
    public int RequestRetries { get; init; } = 6;

    /// <summary>Seconds that a request may take.</summary>
    public double TimeoutSeconds { get; init; } = 60;

    /// <summary>Seconds before the first request is sent again; doubled each time unless the server says when.</summary>
    public double RetryDelaySeconds { get; init; } = 1;

    /// <summary>The most that all runs that share a journal together may cost, in the currency of the prices.</summary>
    public double Budget { get; init; } = 50;

    /// <summary>The currency of budget and prices, for messages.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>What the models cost, by name.</summary>
    public Dictionary<string, TokenPrice> Prices { get; init; } =
        new()
        {
            ["gpt-4o"] = new() { InputPerMillion = 2.5, OutputPerMillion = 10 },
            ["gpt-4o-mini"] = new() { InputPerMillion = 0.15, OutputPerMillion = 0.6 },
            ["gpt-4-turbo"] = new() { InputPerMillion = 10, OutputPerMillion = 30 },
            ["gpt-4-0613"] = new() { InputPerMillion = 30, OutputPerMillion = 60 },
        };

    /// <summary>What a model costs.</summary>
    /// <exception cref="UserException">The table does not say.</exception>
    public TokenPrice PriceOf(string model) =>
        Prices.TryGetValue(model, out var price) ? price : throw new UserException(WithoutPrice(model));

    /// <summary>What a person is told who has not said what a model costs.</summary>
    protected virtual string WithoutPrice(string model) =>
        $"{Named("prices")} has no {model}. Say what a million tokens cost: prices: {{ {model}: {{ input_per_million: 0, output_per_million: 0 }} }}.";

    /// <summary>Compares the settings with what is possible.</summary>
    /// <param name="require">Is told what holds, and what is wanted where it does not.</param>
    protected void CheckEndpoint(Action<bool, string> require)
    {
        require(Concurrency is > 0 and <= 1024, $"{Named("concurrency")} is from 1 to 1024");
        require(CallsPerMinute > 0, $"{Named("calls_per_minute")} is above 0");
        require(RequestRetries is >= 0 and <= 20, $"{Named("request_retries")} is from 0 to 20");
        require(TimeoutSeconds is > 0 and <= 86_400, $"{Named("timeout_seconds")} is above 0 and at most a day (86400)");
        require(RetryDelaySeconds is >= 0 and <= 3600, $"{Named("retry_delay_seconds")} is from 0 to 3600");
        require(
            Budget is >= 0 and <= 1e9
                && Prices.Values.All(price => price is { InputPerMillion: >= 0 and <= 1e9, OutputPerMillion: >= 0 and <= 1e9 }),
            $"{Named("budget")} and prices are from 0 to 1e9"
        );
        require(
            Uri.TryCreate(BaseUrl, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https"),
            $"{Named("base_url")} is an http(s) address"
        );
        require(
            uri is { UserInfo: "", Query: "", Fragment: "" },
            $"{Named("base_url")} holds no password or key; the variable that {Named("key_variable")} names does"
        );
    }
}

/// <summary>What a model costs.</summary>
public sealed record TokenPrice
{
    /// <summary>For a million tokens of a prompt.</summary>
    public double InputPerMillion { get; init; }

    /// <summary>For a million tokens of an answer.</summary>
    public double OutputPerMillion { get; init; }

    /// <summary>The price of a call.</summary>
    public double Of(long inputTokens, long outputTokens) => (inputTokens * InputPerMillion + outputTokens * OutputPerMillion) / 1e6;
}
