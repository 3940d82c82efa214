import pgtrigger.migrations
import system.triggers
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0003_acting_user"),
        ("brain", "0002_history"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="aireport",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="aireport",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="aireport",
            name="audit_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dailypick",
            name="audit_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dailypick",
            name="audit_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dailypick",
            name="audit_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aireport",
            trigger=system.triggers.CompiledTrigger(
                name="audit_insert",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)\n    VALUES (now(), 'insert', NEW.report_id, system.history_context(), NEW.report_id, NEW.stock_id, NEW.analysis_date, NEW.model_version, NEW.sentiment_score, NEW.confidence_score, NEW.target_price, NEW.risk_level, NEW.summary, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="6f9361300a43eae0c1b761d6193724fb867a9791",
                    operation="INSERT",
                    pgid="pgtrigger_audit_insert_9d010",
                    schema="brain",
                    security="DEFINER",
                    table="ai_reports",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aireport",
            trigger=system.triggers.CompiledTrigger(
                name="audit_update",
                sql=system.triggers.TriggerSql(
                    condition='WHEN (OLD."analysis_date" IS DISTINCT FROM (NEW."analysis_date") OR OLD."confidence_score" IS DISTINCT FROM (NEW."confidence_score") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."model_version" IS DISTINCT FROM (NEW."model_version") OR OLD."report_id" IS DISTINCT FROM (NEW."report_id") OR OLD."risk_level" IS DISTINCT FROM (NEW."risk_level") OR OLD."sentiment_score" IS DISTINCT FROM (NEW."sentiment_score") OR OLD."stock_id" IS DISTINCT FROM (NEW."stock_id") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."target_price" IS DISTINCT FROM (NEW."target_price"))',
                    func="BEGIN\n    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)\n    VALUES (now(), 'update', NEW.report_id, system.history_context(), NEW.report_id, NEW.stock_id, NEW.analysis_date, NEW.model_version, NEW.sentiment_score, NEW.confidence_score, NEW.target_price, NEW.risk_level, NEW.summary, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="90f32641019625dbd806f29c7665445099624735",
                    operation="UPDATE",
                    pgid="pgtrigger_audit_update_1bf02",
                    schema="brain",
                    security="DEFINER",
                    table="ai_reports",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aireport",
            trigger=system.triggers.CompiledTrigger(
                name="audit_delete",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO brain.ai_report_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, report_id, stock_id, analysis_date, model_version, sentiment_score, confidence_score, target_price, risk_level, summary, created_at)\n    VALUES (now(), 'delete', OLD.report_id, system.history_context(), OLD.report_id, OLD.stock_id, OLD.analysis_date, OLD.model_version, OLD.sentiment_score, OLD.confidence_score, OLD.target_price, OLD.risk_level, OLD.summary, OLD.created_at);\n    RETURN NULL;\nEND",
                    hash="07fc22b854b7000b23383268a5b144d4ab684ecc",
                    operation="DELETE",
                    pgid="pgtrigger_audit_delete_aa701",
                    schema="brain",
                    security="DEFINER",
                    table="ai_reports",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dailypick",
            trigger=system.triggers.CompiledTrigger(
                name="audit_insert",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)\n    VALUES (now(), 'insert', NEW.pick_id, system.history_context(), NEW.pick_id, NEW.report_id, NEW.stock_id, NEW.pick_date, NEW.action, NEW.priority_score, NEW.expected_return, NEW.holding_period, NEW.is_executed, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="6abb9f9858eaa83e2c7b5abaaa7c2f81c9c4a84b",
                    operation="INSERT",
                    pgid="pgtrigger_audit_insert_74709",
                    schema="brain",
                    security="DEFINER",
                    table="daily_picks",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dailypick",
            trigger=system.triggers.CompiledTrigger(
                name="audit_update",
                sql=system.triggers.TriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func="BEGIN\n    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)\n    VALUES (now(), 'update', NEW.pick_id, system.history_context(), NEW.pick_id, NEW.report_id, NEW.stock_id, NEW.pick_date, NEW.action, NEW.priority_score, NEW.expected_return, NEW.holding_period, NEW.is_executed, NEW.created_at);\n    RETURN NULL;\nEND",
                    hash="780fbca5ecaebaa7738d6788d6be370387def4da",
                    operation="UPDATE",
                    pgid="pgtrigger_audit_update_9e6f4",
                    schema="brain",
                    security="DEFINER",
                    table="daily_picks",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dailypick",
            trigger=system.triggers.CompiledTrigger(
                name="audit_delete",
                sql=system.triggers.TriggerSql(
                    func="BEGIN\n    INSERT INTO brain.daily_pick_events (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pick_id, report_id, stock_id, pick_date, action, priority_score, expected_return, holding_period, is_executed, created_at)\n    VALUES (now(), 'delete', OLD.pick_id, system.history_context(), OLD.pick_id, OLD.report_id, OLD.stock_id, OLD.pick_date, OLD.action, OLD.priority_score, OLD.expected_return, OLD.holding_period, OLD.is_executed, OLD.created_at);\n    RETURN NULL;\nEND",
                    hash="96eb8157b1ac6a47dca9ceb4d5a63124ba21ad38",
                    operation="DELETE",
                    pgid="pgtrigger_audit_delete_a0ff8",
                    schema="brain",
                    security="DEFINER",
                    table="daily_picks",
                    when="AFTER",
                ),
            ),
        ),
    ]
