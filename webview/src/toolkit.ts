import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeDivider,
  vsCodeTag,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";

/** The only place that knows the toolkit: registers the components the panels use. */
export function registerComponents(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(),
    vsCodeButton(),
    vsCodeDivider(),
    vsCodeTag(),
    vsCodeTextField(),
  );
}
